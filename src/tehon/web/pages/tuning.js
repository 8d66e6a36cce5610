// How a tuning stands is asked for every two seconds, until it has ended. What comes is the server's own, escaped part.
const watched = document.getElementById("watched");
const PAUSE_MS = 2000;

async function look() {
  const answer = await fetch(watched.dataset.source).catch(() => null);
  if (answer?.ok) {
    const now = await answer.text();
    if (now.trim() !== seen) watched.innerHTML = seen = now.trim();
  }
  if (!watched.querySelector("[data-ended]")) setTimeout(look, PAUSE_MS);
}

let seen = watched.innerHTML.trim();
look();
