// Small manners of the chat page that Gradio has no switch for. Words come from the page's own data (see app.py).
(() => {
  const narrow = () => window.innerWidth <= 768;
  const shut = () => document.querySelector("#left.open > .toggle-button")?.click();
  const dressed = () => document.querySelector("#me p");
  const said = window.RAPPORT_SAID = (name) => window.RAPPORT_WORDS[(document.cookie.match(/rapport_language=(\w+)/)?.[1] ?? navigator.language).startsWith("zh") ? "zh" : "en"][name];

  // On a narrow screen the side lies over the chat: closed to begin with, and again once something was chosen in it.
  const opened = Date.now();
  const closing = setInterval(() => {
    const side = document.querySelector("#left");
    if (!narrow() || Date.now() - opened > 8000) clearInterval(closing);
    else if (side?.classList.contains("open")) shut();
    else if (side && dressed()) clearInterval(closing);
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
    if (!list || !dressed()) return;
    const open = list.querySelector("input:checked")?.value ?? "";
    if (open === named) return;
    named = open;
    history.replaceState(history.state, "", open ? `/?c=${encodeURIComponent(open)}` : "/");
  }, 100);

  // What the first chart needs (1.3 MB) is fetched when there is nothing else to do; without it that answer would wait for it.
  const later = setInterval(() => {
    if (!dressed() || document.querySelector("#busy strong")) return;
    clearInterval(later);
    const idle = window.requestIdleCallback ?? ((work) => setTimeout(work, 1000));
    idle(() => window.RAPPORT_LATER.forEach((path) => import(path).catch(() => {})));
  }, 2000);

  // When a card takes room from the chat, the last words stay in sight.
  const kept = new WeakSet();
  const watch = new ResizeObserver((entries) => entries.forEach(({ target }) => target.scrollTo({ top: target.scrollHeight })));
  setInterval(() => document.querySelectorAll("#chat .bubble-wrap").forEach((chat) => {
    if (!kept.has(chat)) { kept.add(chat); watch.observe(chat); }
  }), 500);

  // What somebody has begun to write outlives a reload of the tab.
  const DRAFT = "rapport.draft";
  document.addEventListener("input", (event) => {
    if (event.target.closest?.("#ask")) sessionStorage.setItem(DRAFT, event.target.value);
  });
  const write = (place, text) => {
    const box = document.querySelector(`${place} textarea`);
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, text);
    box.dispatchEvent(new Event("input", { bubbles: true }));
  };
  // A question leaves its box at once, through a box nobody writes in: Gradio reads a box some time after Enter, and whoever writes on by then
  // would change what is asked. One at a time: the next goes when `#busy` tells that the server has this one.
  const line = [];
  let told = "", sent = 0;
  const progress = () => document.querySelector("#busy .prose")?.textContent.trim() ?? "";
  const send = () => {
    if (!line.length || (progress() === told && Date.now() - sent < 3000)) return;
    [told, sent] = [progress(), Date.now()];
    write("#asked", line.shift());
    document.querySelector("#send").click();
  };
  const ask = (event) => {
    const box = document.querySelector("#ask textarea");
    event.stopPropagation();
    event.preventDefault();
    if (!box.value.trim()) return;
    line.push(box.value);
    write("#ask", "");
    sessionStorage.removeItem(DRAFT);
    box.focus();
    send();
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target.matches?.("#ask textarea")) ask(event);
  }, true);
  document.addEventListener("click", (event) => { if (event.target.closest?.("#ask .submit-button")) ask(event); }, true);
  setInterval(send, 50);
  const draft = sessionStorage.getItem(DRAFT);
  const restoring = setInterval(() => {
    const box = document.querySelector("#ask textarea");
    if (!box || !dressed()) return;
    clearInterval(restoring);
    if (draft && !box.value) write("#ask", draft);
    setInterval(() => { if (!box.value) sessionStorage.removeItem(DRAFT); }, 1000);
  }, 100);

  // A connection that was lost: said at once, and the page is as it was when the server is there again.
  let lost = false;
  const banner = () => {
    if (document.querySelector("#lost")) return;
    const told = document.createElement("p");
    told.id = "lost";
    told.setAttribute("role", "alert");
    told.textContent = said("chat.lost");
    document.body.append(told);
  };
  const look = async () => {
    const there = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(4000) }).then((answer) => answer.ok, () => false);
    if (!there) { lost = true; banner(); }
    else if (lost) location.reload();
  };
  setInterval(() => { if (lost || document.querySelector("#busy strong")) look(); }, 2000);
  window.addEventListener("offline", () => { lost = true; banner(); });
  window.addEventListener("online", look);

  // The sheets of proposals under the chat: `#sheets` holds their ids, the pieces come from the room of approvals.
  let shown = "";
  const place = () => {
    let found = document.querySelector("#sheet-place");
    if (!found) {
      found = document.createElement("div");
      found.id = "sheet-place";
      document.querySelector("#sheets").after(found);
    }
    return found;
  };
  const piece = async (path, options = {}) => {
    const answer = await fetch(path, { ...options, headers: { "X-Piece": "1", Accept: "text/html" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const made = document.createElement("template");
    made.innerHTML = await answer.text();
    const root = made.content.querySelector("[data-waiting]");
    document.querySelector("#waiting").textContent = root.dataset.waiting;
    return [...root.children];
  };
  setInterval(async () => {
    const carrier = document.querySelector("#sheets");
    const found = carrier?.textContent.match(/\b[0-9A-Z]{26}\b/g) ?? [];  // Gradio writes there, too, how long it has worked
    const ids = found.join(" ");
    if (!carrier || ids === shown) return;
    shown = ids;
    const wanted = found.map((id) => `id=${id}`).join("&");
    try {
      place().replaceChildren(...(wanted ? await piece(`/approvals/sheets?${wanted}`) : []));
    } catch { shown = ""; }
  }, 100);
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("#sheet-place form");
    if (!form) return;
    event.preventDefault();
    const sheet = form.closest(".sheet");
    if (sheet.getAttribute("aria-busy") === "true") return;
    sheet.setAttribute("aria-busy", "true");
    try {
      const [fresh] = await piece(event.submitter?.getAttribute("formaction") ?? form.getAttribute("action"), { method: "POST", body: new FormData(form, event.submitter) });
      sheet.replaceWith(fresh);
      (fresh.querySelector("button.main, button.quiet:not(.play)") ?? fresh).focus();
    } catch {
      sheet.removeAttribute("aria-busy");
      look();
    }
  });
})();

// Gradio's own parts as a screen reader should meet them: a list that holds buttons, messages named without a role, a button in a button.
(() => {
  const mend = () => {
    document.querySelectorAll("#chat .examples[role=list]").forEach((each) => each.setAttribute("role", "group"));
    document.querySelectorAll("#chat [data-testid=bot][aria-label]:not([role]), #chat [data-testid=user][aria-label]:not([role])").forEach((each) => each.setAttribute("role", "group"));
    document.querySelectorAll("#chat .thought-group .title[role=button] button:not([inert])").forEach((each) => each.setAttribute("inert", ""));
    const brand = document.querySelector("#brand p:not([role])");
    brand?.setAttribute("role", "heading");
    brand?.setAttribute("aria-level", "1");
  };
  setInterval(mend, 300);
})();
