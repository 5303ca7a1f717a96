"use strict";
// The server renders; this only fetches the page again when the state has changed, and puts in the sections that differ.
(() => {
  const button = document.querySelector("button");
  let paused = false;
  let seen = "";

  async function refresh() {
    const state = await (await fetch("/_emulator/state.json", { cache: "no-store" })).text();
    if (state === seen) return;
    const text = await (await fetch("/_emulator", { cache: "no-store" })).text();
    const fresh = new DOMParser().parseFromString(text, "text/html");
    for (const section of document.querySelectorAll("main > section")) {
      const other = fresh.getElementById(section.id);
      if (other && other.outerHTML !== section.outerHTML) section.replaceChildren(...other.childNodes);
    }
    seen = state;
  }

  async function tick() {
    try {
      if (!paused && !document.hidden) await refresh();
      document.title = "Astra emulator";
    } catch {
      document.title = "Astra emulator (not running)";
    }
    setTimeout(tick, 2000);
  }

  button.hidden = false;
  button.addEventListener("click", () => {
    paused = !paused;
    button.textContent = paused ? "Resume updates" : "Pause updates";
  });
  setTimeout(tick, 2000);
})();
