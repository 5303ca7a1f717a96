// What scrolls sideways can be reached and scrolled by the keyboard, and every bar of buttons beside
// code has a name of its own. The theme adds both after the page has loaded.
function complete() {
  for (const box of document.querySelectorAll(".md-typeset__scrollwrap, .md-typeset p:has(> img)")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
  document.querySelectorAll("nav.md-code__nav").forEach((bar, index) => {
    bar.setAttribute("aria-label", `Code ${index + 1}`);
  });
}

new MutationObserver(complete).observe(document.body, { childList: true, subtree: true });
addEventListener("resize", complete);
addEventListener("load", complete);
