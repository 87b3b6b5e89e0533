// Small manners of the page that Gradio has no switch for.
(() => {
  const narrow = () => window.innerWidth <= 768;
  const shut = () => document.querySelector("#left.open > .toggle-button")?.click();

  // On a narrow screen the side lies over the chat: closed to begin with, and again once something was chosen in it.
  const opened = Date.now();
  const closing = setInterval(() => {
    const side = document.querySelector("#left");
    if (!narrow() || Date.now() - opened > 8000) clearInterval(closing);
    else if (side?.classList.contains("open")) shut();
    else if (side && document.querySelector("#me p")) clearInterval(closing);
  }, 120);
  document.addEventListener("click", (event) => {
    clearInterval(closing);
    if (narrow() && event.isTrusted && event.target.closest?.("#conversations label, #new")) setTimeout(shut, 150);
  }, true);

  // Links to the other rooms stay in this tab (Gradio sends every link to a new one).
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("#rooms a, #me a");
    if (link) link.target = "_self";
  }, true);

  // The address names the conversation that is open: a reload, a bookmark or the back button finds it again.
  let named = new URLSearchParams(location.search).get("c") ?? "";
  setInterval(() => {
    const list = document.querySelector("#conversations");
    if (!list || !document.querySelector("#me p")) return;
    const open = list.querySelector("input:checked")?.value ?? "";
    if (open === named) return;
    named = open;
    history.replaceState(history.state, "", open ? `/?c=${encodeURIComponent(open)}` : "/");
  }, 400);

  // When a card takes room from the chat, the last words stay in sight.
  const kept = new WeakSet();
  const watch = new ResizeObserver((entries) => entries.forEach(({ target }) => target.scrollTo({ top: target.scrollHeight })));
  setInterval(() => document.querySelectorAll("#chat .bubble-wrap").forEach((chat) => {
    if (!kept.has(chat)) { kept.add(chat); watch.observe(chat); }
  }), 500);
})();
