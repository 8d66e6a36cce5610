// Votes by keyboard, and only one vote a page. Without this script the buttons work all the same.
const keys = { 1: "a", a: "a", 2: "b", b: "b", 3: "tie", t: "tie", 4: "bad", x: "bad" };
const ballot = document.getElementById("ballot");
const undo = document.getElementById("undo");
let sent = false;

for (const form of [ballot, undo]) {
  form?.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
}

// The browser shows an earlier page as it was left, when somebody goes back to it.
window.addEventListener("pageshow", () => { sent = false; });

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  if (event.target.matches?.("input, textarea")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const key = event.key.toLowerCase();
  const judging = ballot && !ballot.hidden;
  if (key === "u" && undo) undo.requestSubmit();
  else if (key === "r" && judging) ballot.elements.reason.focus();
  else if (Object.hasOwn(keys, key) && judging) ballot.querySelector(`button[value="${keys[key]}"]`).click();
  else return;
  event.preventDefault();
});
