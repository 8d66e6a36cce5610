// Tables that are sorted by their headings: one press puts the best or the first on top, the next turns that round,
// the third puts everything back.
"use strict";

function key(row, column) {
  const cell = row.cells[column];
  const number = parseFloat(cell.dataset.value ?? "");
  return Number.isNaN(number) ? cell.textContent.trim() : number;
}

function compare(one, other) {
  if (typeof one === "number" && typeof other === "number") return one - other;
  if (typeof one !== typeof other) return typeof one === "number" ? -1 : 1;
  return one.localeCompare(other);
}

function sortable(table) {
  const places = [...table.tBodies].flatMap((body) => [...body.rows].map((row) => ({ row, body })));
  const headings = [...table.tHead.querySelectorAll("th[data-column]")];

  function press(heading) {
    const column = Number(heading.dataset.column);
    const down = heading.dataset.first === "descending";
    const wanted = down ? ["descending", "ascending"] : ["ascending", "descending"];
    const order = [...wanted, null][wanted.indexOf(heading.getAttribute("aria-sort")) + 1];
    for (const each of headings) each.removeAttribute("aria-sort");
    if (!order) {
      for (const { row, body } of places) body.append(row);
      return;
    }
    heading.setAttribute("aria-sort", order);
    const turn = order === "ascending" ? 1 : -1;
    const missing = ({ row }) => row.cells[column].hasAttribute("data-missing");
    const sorted = places.toSorted(
      (one, other) => missing(one) - missing(other) || turn * compare(key(one.row, column), key(other.row, column)),
    );
    for (const { row } of sorted) table.tBodies[0].append(row);
  }

  for (const heading of headings) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    button.addEventListener("click", () => press(heading));
    heading.append(button);
  }
}

for (const table of document.querySelectorAll("table.sortable")) sortable(table);
