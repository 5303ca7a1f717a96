"use strict";
// The server renders the page, and its forms work without this script. The script fetches the page again when the state has changed,
// replaces the sections that differ, and sends forms without leaving the page, so that what is open stays open.
(() => {
  const pause = document.getElementById("pause");
  const notice = document.getElementById("notice");
  let paused = false;
  let shownState = "";

  function show(text) {
    const fresh = new DOMParser().parseFromString(text, "text/html");
    for (const section of document.querySelectorAll("main > section")) {
      const other = fresh.getElementById(section.id);
      if (other) replace(section, other);
    }
  }

  function replace(section, other) {
    // What the user has opened or typed is no difference.
    const open = new Set([...section.querySelectorAll("details[open]")].map((entry) => entry.id));
    for (const entry of other.querySelectorAll("details")) entry.open = open.has(entry.id);
    if (other.innerHTML === section.innerHTML) return;
    const focused = section.contains(document.activeElement) ? document.activeElement : null;
    if (focused && focused.matches("input, select")) return;
    const place = focused && focused.closest("details");
    section.replaceChildren(...other.childNodes);
    // The keyboard stays where it was, or comes close to it.
    const again = focused && ((place && document.getElementById(place.id)) || section);
    if (again) again.querySelector(focused.matches("button") ? "button" : "summary")?.focus();
  }

  async function refresh() {
    const state = await (await fetch("/_emulator/state.json" + location.search, { cache: "no-store" })).text();
    if (state === shownState) return;
    show(await (await fetch("/_emulator" + location.search, { cache: "no-store" })).text());
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

  async function send(form, button) {
    button.disabled = true;
    try {
      const answer = await fetch(form.getAttribute("action"), { method: "POST", body: new URLSearchParams(new FormData(form)) });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const problem = fresh.getElementById("notice")?.textContent ?? "";
      notice.textContent = problem || (answer.ok ? "" : "The emulator refused the form.");
    } catch {
      notice.textContent = "The emulator does not answer.";
    }
    notice.hidden = !notice.textContent;
    button.disabled = false;
    button.focus();
    await refresh().catch(() => {});
  }

  document.addEventListener("submit", (event) => {
    event.preventDefault();
    const form = event.target;
    if (form.getAttribute("method") === "post") {
      send(form, event.submitter ?? form.querySelector("button"));
      return;
    }
    const words = new URLSearchParams(new FormData(form)).toString();
    history.replaceState(null, "", "/_emulator?" + words);
    form.querySelector("button").focus();
    refresh().catch(() => {});
  });

  pause.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.textContent = paused ? "Resume updates" : "Pause updates";
  });
  setTimeout(tick, 2000);
})();
