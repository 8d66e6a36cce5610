// Items with what every model made of them: what can be asked of the models, and what an item looks like.
(() => {
"use strict";
const { make, said, visible, counted, table, numbers, headings, summary } = itemRows;
const [JUDGED, RIGHT, CUT, CONSTANT] = [2, 4, 8, 16]; // as in browse_items.py
const SHOW = [
  ["lost", "the tuned model is wrong, its base right"],
  ["won", "the tuned model is right, its base wrong"],
  ["wrong", "all are wrong"],
  ["right", "all are right"],
  ["constant", "a model says the same to every item"],
  ["cut", "a prompt was too long"],
];
const VERDICTS = { true: ["✓", "better"], false: ["✗", "worse"] };
const FINISHES = { end: "ends", stop: "runs on", length: "cut off" };
const IN_SHORT = 40;

const total = (logprobs) => logprobs.reduce((sum, each) => sum + each, 0);
const perplexity = (nats, tokens) => (tokens ? Math.exp(-nats / tokens).toPrecision(4) : "–");
const answerLabels = (list) => list.head.facets.find(({ name }) => name === "gold").labels;
// Behind the facets' columns stand, of each model, the answer that it gave and what is told of it.
const column = (list, model, which) => list.columns[list.head.facets.length + 2 * model + which];

itemRows.kinds.items = {
  noun: "item",
  extra: (list) => [
    ["model", "Model", list.head.models.map(({ name }) => [name, name])],
    ["show", "Show", possible(list)],
    ["said", "Answer given", answerLabels(list).map((label) => [label, label])],
  ],
  tests,
  texts: ({ row, strings }) => [
    row.id,
    ...row.prompts.map(([, question]) => question),
    row.gold ?? "",
    ...(row.references ?? []),
    ...(row.choices ?? []).map((number) => strings[number]),
    ...row.answers.flatMap((answer) => [answer?.prediction ?? "", answer?.output ?? ""]),
  ],
  summary: (list, { row, place }) => {
    const where = [list.label("task", place), `${list.label("shots", place)}-shot`, list.label("template", place)];
    const told = list.head.models.map(({ name }, model) => verdict(name, row.answers[model]));
    return summary([row.id, ...where].join(" · "), row.about ?? "", told);
  },
  body,
};

// What can be shown of this report's models.
function possible(list) {
  const { models, count } = list.head;
  let told = 0;
  for (let model = 0; model < models.length; model += 1) {
    const states = column(list, model, 1);
    for (let place = 0; place < count; place += 1) told |= states[place];
  }
  const paired = models.some(({ base }) => base !== null) ? JUDGED : 0;
  const needed = { lost: paired, won: paired, wrong: JUDGED, right: JUDGED, constant: CONSTANT, cut: CUT };
  return SHOW.filter(([name]) => told & needed[name]);
}

// What the controls ask: of the chosen model and whom it is compared with, or of all.
function tests(list) {
  const { models } = list.head;
  const chosen = models.findIndex(({ name }) => name === list.value("model"));
  const everyone = [...models.keys()];
  const who = chosen < 0 ? everyone : [chosen];
  const states = everyone.map((model) => column(list, model, 1));
  const asked = [];
  if (chosen >= 0) asked.push((place) => states[chosen][place] !== 0);
  if (list.value("show")) asked.push(shown(list.value("show"), models, states, chosen));
  if (list.value("said")) {
    const given = who.map((model) => column(list, model, 0));
    const wanted = answerLabels(list).indexOf(list.value("said"));
    asked.push((place) => given.some((answers) => answers[place] === wanted));
  }
  return asked;
}

function shown(name, models, states, chosen) {
  const everyone = [...models.keys()];
  const pairs = everyone.filter(
    (model) => models[model].base !== null && [-1, model, models[model].base].includes(chosen),
  );
  const kin = everyone.filter((model) => chosen < 0 || model === chosen || paired(models, model, chosen));
  const right = (model, place) => (states[model][place] & RIGHT) !== 0;
  const wrong = (model, place) => (states[model][place] & (JUDGED | RIGHT)) === JUDGED;
  const all = (verdict) => (place) => {
    const judged = kin.filter((model) => states[model][place] & JUDGED);
    return judged.length > 0 && judged.every((model) => verdict(model, place));
  };
  const any = (bit) => (place) => everyone.some((model) => [-1, model].includes(chosen) && states[model][place] & bit);
  return {
    lost: (place) => pairs.some((model) => wrong(model, place) && right(models[model].base, place)),
    won: (place) => pairs.some((model) => right(model, place) && wrong(models[model].base, place)),
    wrong: all(wrong),
    right: all(right),
    constant: any(CONSTANT),
    cut: any(CUT),
  }[name];
}

const paired = (models, one, other) => models[one].base === other || models[other].base === one;

function verdict(name, answer) {
  if (!answer) return null;
  const [mark, kind] = VERDICTS[answer.correct] ?? ["", "soft"];
  return make("span", { class: kind }, visible(`${mark} ${name}: `.trimStart()), said("span", "", inShort(answer)));
}

// What a model made of an item, in a few characters.
function inShort({ prediction, said: written, logprobs, tokens = 0, skipped }) {
  const text = [...(prediction || written || "").replace(/\s+/g, " ").trim()];
  if (text.length) return text.length > IN_SHORT ? `${text.slice(0, IN_SHORT).join("")}…` : text.join("");
  if (skipped) return "not asked";
  return logprobs && tokens ? `perplexity ${perplexity(total(logprobs), tokens)}` : "no answer";
}

function body(list, { row, strings, place }) {
  const { models } = list.head;
  const shots = Number(list.label("shots", place));
  const answers = models.map(({ name }, model) => ({ name, ...row.answers[model] }));
  const given = answers.filter((_, model) => row.answers[model]);
  const read = (prompt) => promptParts(prompt, strings, shots, row.gold);
  const others = row.prompts.slice(1).map((prompt, number) => {
    const readers = given.filter((answer) => answer.prompt === number + 1).map(({ name }) => name);
    return make("details", {}, make("summary", {}, visible(`What ${readers.join(", ")} read`)), ...read(prompt));
  });
  return [
    ...read(row.prompts[0]),
    ...others,
    facts(row),
    row.choices ? choiceTable(row, strings, given) : scoredTable(given),
    written(given, row),
    ...given.map(shortened),
  ];
}

// What stands before the question, the question, and what is scored behind it.
function promptParts([before, question], strings, shots, scored) {
  const text = strings[before];
  const what = shots ? counted(shots, "shot") : "What stands";
  const title = `${what} before the question, ${counted([...text].length, "character")}`;
  const end = scored ? said("mark", "scored", scored) : null;
  const parts = [make("div", { class: "read" }, said("span", "question", question), end)];
  if (!text) return parts;
  const head = make("div", { class: "read before" }, said("span", "", text));
  return [make("details", {}, make("summary", {}, title), head), ...parts];
}

function facts({ category, value, seed, references }) {
  const told = [
    category && `category: ${category}`,
    value !== undefined && `annotators' value: ${value}`,
    seed !== undefined && `draw of the shots: ${seed}`,
    references && `also right: ${references.join(" / ")}`,
  ].filter(Boolean);
  return told.length ? make("p", { class: "soft" }, visible(told.join("; "))) : null;
}

function choiceTable(row, strings, answers) {
  const scored = answers.filter(({ logprobs }) => logprobs);
  if (!scored.length) return null;
  const named = ({ name }) => make("th", { scope: "colgroup", colspan: "2", class: "n" }, visible(name));
  const head = [
    make("tr", {}, make("th", { scope: "col", rowspan: "2" }, "Choice"), ...scored.map(named)),
    make("tr", {}, ...scored.flatMap(() => headings(["nats", "per character"]))),
  ];
  const rows = row.choices.map((number, at) => choiceRow(strings[number], at, row.gold, scored));
  return table(head, rows);
}

function choiceRow(choice, at, gold, answers) {
  const right = choice === gold;
  const name = make("th", { scope: "row" }, said(right ? "mark" : "span", right ? "scored" : "", choice));
  if (right) name.append(make("small", {}, "right answer"));
  const cells = answers.flatMap(({ logprobs, prediction }) => {
    const length = Math.max([...choice].length, 1);
    const [sum, mean] = numbers([logprobs[at].toFixed(2), (logprobs[at] / length).toFixed(2)]);
    const mark = right ? make("span", { class: "better" }, "chosen ✓ ") : make("span", { class: "worse" }, "chosen ✗ ");
    if (prediction === choice) sum.prepend(mark);
    return [sum, mean];
  });
  return make("tr", {}, name, ...cells);
}

function scoredTable(answers) {
  const scored = answers.filter(({ logprobs }) => logprobs);
  if (!scored.length) return null;
  const names = headings(["nats", "tokens", "perplexity per token", "with end token"]);
  const rows = scored.map(({ name, logprobs, tokens = 0, end_logprob: end }) => {
    const nats = total(logprobs);
    const with_end = end === undefined ? "–" : perplexity(nats + end, tokens + 1);
    const cells = numbers([nats.toFixed(2), String(tokens), perplexity(nats, tokens), with_end]);
    return make("tr", {}, make("th", { scope: "row" }, visible(name)), ...cells);
  });
  return table([make("tr", {}, make("th", { scope: "col" }, "Model"), ...names)], rows);
}

// What models wrote; where they were to choose, with how that was understood.
function written(answers, { choices, gold }) {
  const choosing = Boolean(choices);
  const judged = ({ said: choice, correct }) => (choosing ? choice === gold : correct);
  const wrote = answers.filter(({ finish, matched }) => (choosing ? matched : finish));
  const figures = wrote.map((answer) => figure({ ...answer, correct: judged(answer) }, choosing));
  return figures.length ? make("div", { class: "answers" }, ...figures) : null;
}

function figure({ name, prediction, output, correct, f1, said: choice, matched, finish, tokens = 0 }, choosing) {
  const text = (choosing ? output : prediction) ?? "";
  const understood = choice ? `read as ${choice} (${matched})` : "none of the choices";
  const marks = [
    correct !== undefined && (correct ? "right" : "wrong"),
    f1 !== undefined && `F1 ${f1.toFixed(2)}`,
    choosing ? understood : FINISHES[finish],
    !choosing && counted(tokens, "token"),
  ].filter(Boolean);
  const items = marks.map((mark) => make("li", mark === "wrong" ? { class: "worse" } : {}, visible(mark)));
  return make(
    "figure",
    { class: "answer" },
    make("figcaption", {}, visible(name)),
    text.trim() ? said("blockquote", "", text) : make("p", { class: "empty" }, "no answer"),
    make("ul", {}, ...items),
  );
}

function shortened({ name, skipped, truncated, cut = [], dropped_shots: dropped, prompt_tokens: tokens = 0 }) {
  const parts = cut.length ? ` (of ${cut.join(", ")})` : "";
  const told = [
    skipped && "was not asked, because the prompt does not fit",
    truncated && `did not read ${counted(truncated, "token")} on the left${parts}`,
    dropped && `was shown ${counted(dropped, "shot")} less`,
  ].filter(Boolean);
  if (!told.length) return null;
  const size = counted(tokens, "token");
  return make("p", { class: "soft" }, visible(`${name} ${told.join("; ")}: the prompt has ${size}.`));
}
})();
