// On a narrow screen the sides lie over the chat: closed to begin with, and again once something was chosen in them.
(() => {
  const narrow = () => window.innerWidth <= 768;
  const shut = (side) => document.querySelector(`#${side}.open > .toggle-button`)?.click();
  const waiting = new MutationObserver(() => {
    if (!document.querySelector("#left.open > .toggle-button")) return;
    waiting.disconnect();
    if (narrow()) shut("left");
  });
  waiting.observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["class"] });
  document.addEventListener("click", (event) => {
    if (narrow() && event.target.closest?.("#conversations label, #new")) setTimeout(() => shut("left"), 150);
  });
})();
