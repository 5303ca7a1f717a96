"use strict";
// The server renders the page. This only fetches it again when the state has changed, and replaces the sections that differ.
(() => {
  const button = document.querySelector("button");
  let paused = false;
  let shownState = "";

  async function refresh() {
    const state = await (await fetch("/_emulator/state.json", { cache: "no-store" })).text();
    if (state === shownState) return;
    const text = await (await fetch("/_emulator", { cache: "no-store" })).text();
    const fresh = new DOMParser().parseFromString(text, "text/html");
    for (const section of document.querySelectorAll("main > section")) {
      const other = fresh.getElementById(section.id);
      if (other && other.outerHTML !== section.outerHTML) section.replaceChildren(...other.childNodes);
    }
    shownState = state;
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
