// One screen that says what there is: shown to somebody who has not asked anything yet, once; and again from the button at the top.
(() => {
  const SEEN = "rapport.toured";
  const POINTS = ["tour.ask", "tour.change", "tour.drop", "tour.rooms"];
  const said = (name) => window.RAPPORT_SAID(name);
  const made = (kind, text = "", style = "") => Object.assign(document.createElement(kind), { textContent: text, className: style });

  const show = () => {
    const tour = made("dialog");
    tour.id = "tour";
    tour.setAttribute("aria-labelledby", "tour-title");
    const title = made("h2", said("tour.title"));
    title.id = "tour-title";
    const points = made("ol");
    points.append(...POINTS.map((name) => made("li", said(name))));
    const start = made("button", said("tour.start"));
    start.type = "button";
    start.addEventListener("click", () => tour.close());
    tour.append(title, points, start);
    tour.addEventListener("close", () => {
      localStorage.setItem(SEEN, "1");
      tour.remove();
      document.querySelector("#ask textarea")?.focus();
    });
    document.body.append(tour);
    tour.showModal();
    start.focus();
  };

  const begin = setInterval(() => {
    const top = document.querySelector("#top");
    if (!top || !document.querySelector("#me p")) return;
    clearInterval(begin);
    const again = made("button", "?");
    again.type = "button";
    again.id = "tour-again";
    again.title = said("tour.again");
    again.setAttribute("aria-label", said("tour.again"));
    again.addEventListener("click", show);
    top.append(again);
    if (!localStorage.getItem(SEEN) && !document.querySelector("#conversations input")) show();
  }, 150);
})();
