// Names and focus that the theme leaves out: of its search, of the buttons that copy a block, of wide tables.
const name = () => {
  document.querySelector(".md-search")?.setAttribute("aria-label", "Search");
  document.querySelectorAll(".md-code__nav").forEach((each, at) => {
    each.ariaLabel = `Code ${at + 1}`;
  });
  for (const each of document.querySelectorAll(".md-typeset__scrollwrap")) {
    if (each.scrollWidth > each.clientWidth) each.tabIndex = 0;
  }
};
new MutationObserver(name).observe(document.body, { childList: true, subtree: true });
name();
