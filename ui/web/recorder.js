// The microphone: what is said is recorded in the browser, with a clock beside it, and given to `done` as a file when it is finished, else nothing is.
// `words`: what the parts are called; `{time}` in `recording`. Throws where the microphone may not be used.
window.RAPPORT_RECORD = async (place, words, done) => {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const pieces = [];
  const recorder = new MediaRecorder(stream);
  const began = Date.now();
  let wanted = true;
  const clock = document.createElement("span");
  const tick = () => {
    const seconds = Math.floor((Date.now() - began) / 1000);
    clock.textContent = words.recording.replace("{time}", `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`);
  };
  const ticking = setInterval(tick, 500);
  recorder.addEventListener("dataavailable", (event) => pieces.push(event.data));
  recorder.addEventListener("stop", () => {
    clearInterval(ticking);
    stream.getTracks().forEach((track) => track.stop());
    place.replaceChildren();
    const kind = recorder.mimeType.includes("mp4") ? "m4a" : recorder.mimeType.includes("ogg") ? "ogg" : "webm";
    const when = new Date(began - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 16).replace("T", " ").replace(":", ".");
    done(wanted ? new File(pieces, `${when}.${kind}`, { type: recorder.mimeType }) : null);
  });
  const press = (name, style, work) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    button.className = style;
    button.addEventListener("click", work);
    return button;
  };
  const dot = document.createElement("span");
  dot.className = "dot";
  tick();
  const finish = press(words.finish, "main", () => recorder.stop());
  place.replaceChildren(dot, clock, finish, press(words.discard, "quiet", () => { wanted = false; recorder.stop(); }));
  finish.focus();
  recorder.start();
};
