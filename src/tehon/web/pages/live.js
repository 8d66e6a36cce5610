// Two answers grow side by side; once both are whole, the buttons of compare.js judge them.
const question = document.getElementById("question");
const answers = document.getElementById("answers");
const said = document.getElementById("said");
const words = Object.fromEntries(
  [...document.querySelectorAll("#words dt")].map((name) => [name.textContent, name.nextElementSibling.textContent]),
);
const texts = Object.fromEntries([...answers.querySelectorAll(".text")].map((text, place) => ["ab"[place], text]));

async function* lines(answer) {
  let rest = "";
  for await (const part of answer.body.pipeThrough(new TextDecoderStream())) {
    const whole = (rest + part).split("\n");
    rest = whole.pop();
    for (const line of whole) yield JSON.parse(line);
  }
}

function take(line) {
  if (line.side) texts[line.side].textContent += line.text;
  if (line.error) said.textContent = line.error;
  if (!line.matchup) return;
  for (const text of Object.values(texts)) if (!text.textContent.trim()) text.textContent = words.empty;
  said.textContent = "";
  ballot.elements.matchup.value = line.matchup;
  ballot.hidden = false;
  document.activeElement.blur(); // so that the next key judges
  ballot.scrollIntoView({ block: "nearest" });
}

function busy(on) {
  for (const field of question.elements) field.disabled = on;
}

question.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { name, prompt } = question.elements;
  const asked = { name: name.value, prompt: prompt.value };
  ballot.hidden = true;
  ballot.elements.name.value = asked.name;
  answers.hidden = false;
  for (const text of Object.values(texts)) text.textContent = "";
  said.textContent = words.writing;
  busy(true);
  try {
    const answer = await fetch("/live/answers", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(asked),
    });
    if (answer.ok) for await (const line of lines(answer)) take(line);
    else take({ error: (await answer.json()).error });
  } catch {
    take({ error: words.lost });
  }
  busy(false);
});

question.elements.prompt.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) question.requestSubmit();
});
