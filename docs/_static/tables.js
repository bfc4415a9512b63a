// Each cell of a table carries the name of its column, for screens that are too narrow for columns (site.css).
"use strict";

for (const table of document.querySelectorAll("article table.docutils")) {
  const names = [...table.querySelectorAll("thead th")].map((cell) => cell.textContent.trim());
  for (const row of table.querySelectorAll("tbody tr")) {
    [...row.cells].forEach((cell, column) => {
      if (names[column]) cell.dataset.column = names[column];
      if (!cell.textContent.trim()) cell.classList.add("nothing");
    });
  }
}
