// Adds a box above each long table that hides the rows without the words in it. Without it the tables are all there.
for (const table of document.querySelectorAll("table.grid")) {
  const rows = [...table.tBodies[0].rows];
  if (rows.length < 8) continue;
  const label = document.createElement("label"), box = document.createElement("input"), told = document.createElement("output");
  box.type = "search";
  label.className = "filter";
  label.append("Only rows with ", box, " ", told);
  table.before(label);
  let texts;
  box.addEventListener("input", () => {
    texts ??= rows.map((row) => row.textContent.toLowerCase());
    const words = box.value.toLowerCase().split(/\s+/);
    let shown = 0;
    rows.forEach((row, at) => {
      row.hidden = !words.every((word) => texts[at].includes(word));
      shown += !row.hidden;
    });
    told.value = box.value.trim() ? `${shown} of ${rows.length} rows` : "";
  });
}
