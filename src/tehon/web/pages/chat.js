// A talk: its turns live in this page alone and are sent whole with every question; answers come as JSON lines.
const settings = document.getElementById("settings").elements;
const message = document.getElementById("message");
const { text, send, stop, export: save, clear } = message.elements;
const log = document.getElementById("turns");
const words = Object.fromEntries(
  [...document.querySelectorAll("#words dt")].map((name) => [name.textContent, name.nextElementSibling.textContent]),
);
let turns = [];
let listening = null;

const fill = (word, values) => words[word].replace(/\{(\w+)\}/g, (_, name) => values[name]);

function shown(title, content) {
  const turn = document.getElementById("turn").content.cloneNode(true).firstElementChild;
  turn.querySelector("h2").textContent = title;
  turn.querySelector(".text").textContent = content;
  log.append(turn);
  turn.scrollIntoView({ block: "end" });
  return turn;
}

function asked() {
  const system = settings.system.value.trim();
  return {
    messages: [...(system ? [{ role: "system", content: system }] : []), ...turns],
    template: settings.template.value,
    adapted: settings.adapted?.checked ?? true,
    max_new_tokens: settings.max_new_tokens.valueAsNumber,
    temperature: settings.temperature.valueAsNumber,
    repetition_penalty: settings.repetition_penalty.valueAsNumber,
    seed: settings.seed.valueAsNumber,
  };
}

async function* lines(answer) {
  let rest = "";
  for await (const part of answer.body.pipeThrough(new TextDecoderStream())) {
    const whole = (rest + part).split("\n");
    rest = whole.pop();
    for (const line of whole) yield JSON.parse(line);
  }
}

function take(line, turn) {
  const foot = turn.querySelector(".foot");
  if (line.prompt !== undefined) {
    const exact = document.getElementById("exact").content.cloneNode(true).firstElementChild;
    exact.querySelector("pre").textContent = line.prompt;
    turn.append(exact);
  }
  if (line.text !== undefined) {
    const near = window.innerHeight + window.scrollY > document.body.scrollHeight - 160;
    turn.querySelector(".text").textContent += line.text;
    if (near) window.scrollTo(0, document.body.scrollHeight);
  }
  if (line.finish) foot.textContent = fill({ end: "ended", stop: "ended_stop" }[line.finish] ?? "ended_length", line);
  if (line.truncated) foot.textContent += "; " + fill("cut", { amount: line.truncated });
  if (line.error) foot.textContent = line.error;
}

function busy(on) {
  send.disabled = on;
  stop.disabled = !on;
  save.disabled = on || !turns.length;
}

async function ask() {
  const question = asked();
  const talk = turns;
  const name = settings.adapted ? words[question.adapted ? "adapted" : "base"] : "";
  const turn = shown([document.querySelector(".who").textContent, name].filter(Boolean).join(" – "), "");
  listening = new AbortController();
  busy(true);
  try {
    const answer = await fetch("/chat/answer", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(question),
      signal: listening.signal,
    });
    if (answer.ok) for await (const line of lines(answer)) take(line, turn);
    else take({ error: (await answer.json()).error }, turn);
  } catch (error) {
    take({ error: words[error.name === "AbortError" ? "stopped" : "lost"] }, turn);
  }
  if (turns !== talk) return; // a new one was begun meanwhile
  listening = null;
  const said = turn.querySelector(".text").textContent;
  if (said) {
    turns.push({ role: "assistant", content: said });
  } else {
    const unanswered = turns.pop().content;
    text.value ||= unanswered;
  }
  busy(false);
  text.focus();
}

message.addEventListener("submit", (event) => {
  event.preventDefault();
  if (listening || !text.value.trim()) return;
  turns.push({ role: "user", content: text.value });
  shown(words.you, text.value);
  text.value = "";
  ask();
});

text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) message.requestSubmit();
});

stop.addEventListener("click", () => listening?.abort());

clear.addEventListener("click", () => {
  listening?.abort();
  listening = null;
  turns = [];
  log.replaceChildren();
  busy(false);
});

save.addEventListener("click", () => {
  const { messages } = asked();
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify({ messages }) + "\n"], { type: "application/x-ndjson" }));
  link.download = "talk.jsonl";
  link.click();
  URL.revokeObjectURL(link.href);
});
