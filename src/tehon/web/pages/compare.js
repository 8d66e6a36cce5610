// Votes by keyboard, and only one vote a page. Without this script the buttons work all the same.
const keys = { 1: "a", a: "a", 2: "b", b: "b", 3: "tie", t: "tie", 4: "bad", x: "bad" };
const ballot = document.getElementById("ballot");
const reason = ballot.elements.reason;
let sent = false;

ballot.addEventListener("submit", (event) => {
  if (sent) event.preventDefault();
  sent = true;
});

// The browser shows an earlier page as it was left, when somebody goes back to it.
window.addEventListener("pageshow", () => { sent = false; });

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  if (event.target === reason) {
    if (event.key === "Escape") reason.blur();
    return;
  }
  const key = event.key.toLowerCase();
  if (key === "r") {
    event.preventDefault();
    reason.focus();
  } else if (Object.hasOwn(keys, key)) {
    event.preventDefault();
    ballot.querySelector(`button[value="${keys[key]}"]`).click();
  }
});
