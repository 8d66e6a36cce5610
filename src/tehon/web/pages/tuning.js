// How a tuning stands is asked for every two seconds, until it has ended. What comes is the server's own, escaped part.
const watched = document.getElementById("watched");
const PAUSE_MS = 2000;
let seen = "";

function wait() {
  if (!watched.querySelector("[data-ended]")) setTimeout(look, PAUSE_MS);
}

async function look() {
  const answer = await fetch(watched.dataset.source).catch(() => null);
  const now = answer?.ok ? await answer.text() : seen;
  if (now !== seen) watched.innerHTML = seen = now;
  wait();
}

wait();
