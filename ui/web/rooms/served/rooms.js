// Manners of the rooms: pieces that follow the page, and forms that are sent once. Without it every page still works.
(() => {
  const load = async (place) => {
    try {
      const answer = await fetch(place.dataset.load, { headers: { "X-Piece": "1", Accept: "text/html" } });
      if (!answer.ok) throw new Error(String(answer.status));
      place.innerHTML = await answer.text();
    } catch {
      place.querySelector(".wait")?.remove();
      place.querySelector(".failed")?.removeAttribute("hidden");
    }
    place.setAttribute("aria-busy", "false");
    later(place);
  };
  // What is still at work (data-again in a piece) is looked at again, unless somebody is busy in it.
  const later = (place) => {
    if (!place.querySelector("[data-again]")) return;
    const pause = Number(place.querySelector("[data-again]").dataset.again) || 2500;
    setTimeout(() => (place.contains(document.activeElement) ? later(place) : load(place)), pause);
  };
  document.querySelectorAll("[data-load]").forEach((place) => (place.hasAttribute("data-loaded") ? later(place) : load(place)));

  document.addEventListener("click", (event) => {
    const more = event.target.closest?.("[data-more]");
    if (!more) return;
    const place = more.closest("[data-load]");
    place.dataset.load = more.dataset.more;
    load(place);
  });

  // A form with data-into keeps its page (and the files chosen in it): the answer is shown in the named place.
  const into = async (form, button) => {
    const place = document.querySelector(button?.dataset.into ?? form.dataset.into);
    const fields = new FormData(form, button);
    place.replaceChildren(document.querySelector("#waiting").content.cloneNode(true));
    place.setAttribute("aria-busy", "true");
    try {
      const [path, more] = form.method === "post" ? [form.action, { method: "POST", body: fields }] : [`${form.action}?${new URLSearchParams(fields)}`, {}];
      const answer = await fetch(path, { ...more, headers: { "X-Piece": "1", Accept: "text/html" } });
      const html = await answer.text();
      const page = new DOMParser().parseFromString(html, "text/html");
      place.replaceChildren(...(page.querySelector("main") ?? page.body).childNodes);
    } catch {
      place.replaceChildren(document.querySelector("#failed").content.cloneNode(true));
    }
    place.setAttribute("aria-busy", "false");
    place.querySelectorAll("[data-load]").forEach(later);
    if (document.activeElement === document.body) place.querySelector("[tabindex='-1']")?.focus({ preventScroll: true });
    place.scrollIntoView({ block: "start" });
  };

  // What was filled in comes back when the page says that it could not be done. It stays in this tab, until the next page.
  const KEPT = "rapport.filled-in";
  const own = (form) => [...form.elements].filter((each) => each.name && !["token", "back"].includes(each.name));
  const which = (form) => JSON.stringify([form.getAttribute("action"), own(form).filter((each) => each.type === "hidden").map((each) => [each.name, each.value])]);
  const keep = (form) => {
    const filled = own(form).filter((each) => !["hidden", "file", "password"].includes(each.type));
    sessionStorage.setItem(KEPT, JSON.stringify([which(form), filled.map((each) => [each.name, each.type === "checkbox" ? each.checked : each.value])]));
  };
  const kept = sessionStorage.getItem(KEPT);
  sessionStorage.removeItem(KEPT);
  if (kept && document.querySelector(".told.wrong")) {
    const [form, filled] = JSON.parse(kept);
    const place = [...document.forms].find((each) => which(each) === form);
    const values = new Map(filled);
    for (const each of place ? own(place) : []) {
      if (!values.has(each.name) || each.type === "hidden") continue;
      if (each.type === "checkbox") each.checked = values.get(each.name);
      else each.value = values.get(each.name);
    }
    place?.closest("details")?.setAttribute("open", "");
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.into) { event.preventDefault(); return into(form, event.submitter); }
    if (form.method !== "post") return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    keep(form);
    form.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

  // A note spoken here goes the way of a file that was chosen.
  document.querySelectorAll("[data-record]").forEach((button) => button.addEventListener("click", async () => {
    const place = button.parentElement.querySelector(".recording");
    const chooser = document.getElementById(button.dataset.record);
    button.hidden = true;
    try {
      await window.RAPPORT_RECORD(place, button.dataset, (file) => {
        button.hidden = false;
        button.focus();
        if (!file) return;
        const files = new DataTransfer();
        files.items.add(file);
        chooser.files = files.files;
        chooser.form.requestSubmit();
      });
    } catch {
      button.hidden = false;
      place.textContent = button.dataset.refused;
    }
  }));

  // On the board a deal is dragged to another stage: the same form as its drop-down.
  let dragged = null;
  document.addEventListener("dragstart", (event) => { dragged = event.target.closest?.(".deal"); });
  document.querySelectorAll(".column").forEach((column) => {
    column.addEventListener("dragover", (event) => { event.preventDefault(); column.classList.add("over"); });
    column.addEventListener("dragleave", () => column.classList.remove("over"));
    column.addEventListener("drop", (event) => {
      event.preventDefault();
      column.classList.remove("over");
      const form = dragged?.querySelector(".move");
      if (!form || dragged.closest(".column") === column) return;
      form.elements.stage.value = column.dataset.stage;
      form.requestSubmit();
    });
  });

  for (const each of document.querySelectorAll("header nav [aria-current], .tabs [aria-current]")) each.scrollIntoView({ block: "nearest", inline: "center" });
  document.querySelector("#said")?.scrollIntoView({ block: "center" });
})();
