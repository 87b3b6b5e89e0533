// Files and the voice in the chat: a button, a drop anywhere on the page, the microphone. What is sent becomes a turn of the conversation.
(() => {
  const said = (name) => window.RAPPORT_SAID(name);
  const icon = (path) => `<svg viewBox="0 0 24 24" aria-hidden="true">${path}</svg>`;
  const CLIP = icon('<path d="M20 11.5 12 19.5a5 5 0 0 1-7-7l8.5-8.5a3.4 3.4 0 0 1 4.8 4.8L10 17a1.8 1.8 0 0 1-2.5-2.5L15 7"/>');
  const VOICE = icon('<rect x="9" y="3" width="6" height="11" rx="3"/><path d="M5 11a7 7 0 0 0 14 0M12 18v3"/>');

  const told = () => document.querySelector("#drop-told");
  const tell = (text, wrong = false) => {
    told().className = wrong ? "wrong" : "";
    told().setAttribute("role", wrong ? "alert" : "status");
    told().replaceChildren(...(text ? [text] : []));
  };
  const write = (selector, text) => {
    const box = document.querySelector(selector);
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(box), "value").set.call(box, text);
    box.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const send = async (file) => {
    tell(said("drop.sending").replace("{name}", file.name));
    try {
      const { token } = await (await fetch("/chat/token")).json();
      const form = new FormData();
      form.append("token", token);
      form.append("conversation", document.querySelector("#conversations input:checked")?.value ?? "");
      form.append("file", file, file.name);
      const answer = await fetch("/chat/file", { method: "POST", body: form, headers: { Accept: "application/json" } });
      const found = await answer.json();
      if (!answer.ok) return tell([found.detail ?? found.title, found.hint].filter(Boolean).join(" ") || said("drop.failed"), true);
      tell("");
      write("#came textarea, #came input", found.conversation);
      setTimeout(() => document.querySelector("#resume").click(), 60);
    } catch {
      tell(said("drop.failed"), true);
    }
  };
  const each = async (files) => { for (const file of files) await send(file); };

  const record = async () => {
    tell("");
    const words = { recording: said("drop.recording"), finish: said("drop.finish"), discard: said("drop.discard") };
    try {
      await window.RAPPORT_RECORD(told(), words, (file) => {
        document.querySelector("#tools .voice").focus();
        if (file) send(file);
      });
    } catch {
      tell(said("drop.no_microphone"), true);
    }
  };

  const place = setInterval(() => {
    const ask = document.querySelector("#ask");
    if (!ask || !document.querySelector("#me p")) return;
    if (document.querySelector("#tools")) return clearInterval(place);
    const status = document.createElement("div");
    status.id = "drop-told";
    ask.before(status);
    const tools = document.createElement("div");
    tools.id = "tools";
    const chooser = document.createElement("input");
    chooser.type = "file";
    chooser.multiple = true;
    chooser.hidden = true;
    chooser.addEventListener("change", () => { each([...chooser.files]); chooser.value = ""; });
    const button = (name, style, drawing, work) => {
      const made = document.createElement("button");
      made.type = "button";
      made.className = style;
      made.title = said(name);
      made.setAttribute("aria-label", said(name));
      made.innerHTML = drawing;
      made.addEventListener("click", work);
      return made;
    };
    tools.append(button("drop.attach", "attach", CLIP, () => chooser.click()), button("drop.record", "voice", VOICE, record), chooser);
    ask.append(tools);
  }, 100);

  let over = 0;
  const veil = (there) => {
    document.querySelector("#drop-here")?.remove();
    if (!there) return;
    const made = document.createElement("div");
    made.id = "drop-here";
    made.textContent = said("drop.here");
    document.body.append(made);
  };
  const files = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragenter", (event) => { if (files(event) && ++over === 1) veil(true); }, true);
  document.addEventListener("dragleave", (event) => { if (files(event) && --over <= 0) { over = 0; veil(false); } }, true);
  document.addEventListener("dragover", (event) => { if (files(event)) event.preventDefault(); }, true);
  document.addEventListener("drop", (event) => {
    if (!files(event)) return;
    event.preventDefault();
    event.stopPropagation();
    over = 0;
    veil(false);
    each([...event.dataTransfer.files]);
  }, true);
})();
