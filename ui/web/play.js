// A quote is played from its second: any button with data-play (the recording), data-at and data-until.
(() => {
  let until = 0;
  const player = (recording) => {
    let found = document.querySelector("#player");
    if (!found) {
      found = document.createElement("audio");
      found.id = "player";
      document.body.append(found);
    }
    const source = `/api/voice/${encodeURIComponent(recording)}/sound`;
    if (!found.src.endsWith(source)) found.src = source;
    if (!found.dataset.watched) {
      found.dataset.watched = "1";
      found.addEventListener("timeupdate", () => { if (until && found.currentTime >= until) { found.pause(); until = 0; } });
    }
    return found;
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-play]");
    if (!button) return;
    const sound = player(button.dataset.play);
    const from = () => {
      sound.currentTime = Number(button.dataset.at);
      until = Math.max(Number(button.dataset.until), Number(button.dataset.at) + 1) + 0.3;
      sound.play().catch(() => button.setAttribute("disabled", ""));
    };
    if (sound.readyState > 0) from();
    else { sound.addEventListener("loadedmetadata", from, { once: true }); sound.load(); }
  });
})();
