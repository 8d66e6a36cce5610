// What a row of the lists looks like. Its texts came from models and corpora: they become text nodes alone, never markup.
const itemKinds = (() => {
"use strict";
const [JUDGED, RIGHT, CUT, CONSTANT] = [2, 4, 8, 16]; // as in browse_items.py
const SHOW = [
  ["lost", "the tuned model is wrong, its base right"],
  ["won", "the tuned model is right, its base wrong"],
  ["wrong", "all are wrong"],
  ["right", "all are right"],
  ["constant", "a model says the same to every item"],
  ["cut", "a prompt was too long"],
];
// Nobody sees these, and some turn the reading direction of what follows.
const HIDDEN = /[\x00-\x08\x0b\x0c\r\x0e-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

const visible = (text) => text.replace(HIDDEN, (found) => `[U+${found.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}]`);
const counted = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
const folded = (text) => text.normalize("NFKC").toLowerCase();

function make(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== null && child !== ""));
  return made;
}

// A text of foreign origin, in the fonts of its language.
function said(tag, kind, text) {
  return make(tag, { class: kind, lang: /[\u3041-\u30ff\u3400-\u9fff]/.test(text) ? "ja" : "en" }, visible(text));
}

const table = (head, rows) => make("div", { class: "scroll" }, make("table", {}, make("thead", {}, ...head), make("tbody", {}, ...rows)));
const numbers = (texts, tag = "td") => texts.map((text) => make(tag, tag === "th" ? { class: "n", scope: "col" } : { class: "n" }, text));

async function inflated(element) {
  const coded = atob(element.textContent);
  const bytes = new Uint8Array(coded.length);
  for (let place = 0; place < coded.length; place += 1) bytes[place] = coded.charCodeAt(place);
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(plain).arrayBuffer();
}

const parsed = async (element) => JSON.parse(new TextDecoder().decode(await inflated(element)));

// How one kind of rows is filtered beyond its facets, searched, and drawn.
const kinds = {
  items: {
    noun: "item",
    extra: (list) => [
      ["model", "Model", list.head.models.map(({ name }) => [name, name])],
      ["show", "Show", SHOW],
      ["said", "Answer given", list.head.facets.find(({ name }) => name === "gold").labels.map((label) => [label, label])],
    ],
    tests: itemTests,
    texts: ({ row, strings }) => [
      row.id,
      ...row.prompts.map(([, question]) => question),
      ...[row.gold, ...(row.references ?? [])].filter(Boolean),
      ...(row.choices ?? []).map((number) => strings[number]),
      ...row.answers.flatMap((answer) => [answer?.prediction ?? "", answer?.output ?? ""]),
    ],
    summary: itemSummary,
    body: itemBody,
  },
  examples: {
    noun: "example",
    extra: () => [],
    tests: () => [],
    texts: ({ row }) => [row.id, ...row.segments.map(({ text }) => text)],
    summary: (list, { row, place }) => [
      make("span", { class: "id" }, visible(row.id)),
      said("span", "about", row.about),
      make("span", { class: "verdicts" }, make("span", {}, list.label("source", place)), make("span", {}, list.label("licence", place))),
    ],
    body: exampleBody,
  },
  drops: {
    noun: "row",
    extra: () => [],
    tests: () => [],
    texts: ({ row }) => [row.id, row.repeats ?? ""],
    summary: (list, { row, place }) => [
      make("span", { class: "id" }, visible(row.id)),
      make("span", { class: "about" }, `${list.label("step", place)}: ${visible(list.label("reason", place))}`,
        row.repeats ? visible(`, ${row.repeats}`) : "",
        row.byte_offset === undefined ? "" : `, at byte ${row.byte_offset.toLocaleString("en")}`),
    ],
    body: null,
  },
};

// What the controls ask of models: behind the facets' columns stand, of each, the answer that it gave and what is told of it.
function itemTests(list) {
  const { models, facets } = list.head;
  const shift = facets.length;
  const given = models.map((_, model) => list.columns[shift + 2 * model]);
  const states = models.map((_, model) => list.columns[shift + 2 * model + 1]);
  const chosen = models.findIndex(({ name }) => name === list.value("model"));
  const everyone = models.map((_, model) => model);
  const kin = (model) => chosen < 0 || model === chosen || models[model].base === chosen || models[chosen].base === model;
  const who = chosen < 0 ? everyone : [chosen];
  const pairs = everyone.filter((model) => models[model].base !== null && (chosen < 0 || model === chosen || models[model].base === chosen));
  const right = (model, place) => (states[model][place] & RIGHT) !== 0;
  const wrong = (model, place) => (states[model][place] & (JUDGED | RIGHT)) === JUDGED;
  const all = (verdict) => (place) => {
    const judged = everyone.filter((model) => kin(model) && states[model][place] & JUDGED);
    return judged.length > 0 && judged.every((model) => verdict(model, place));
  };
  const shows = {
    lost: (place) => pairs.some((model) => wrong(model, place) && right(models[model].base, place)),
    won: (place) => pairs.some((model) => right(model, place) && wrong(models[model].base, place)),
    wrong: all(wrong),
    right: all(right),
    constant: (place) => who.some((model) => states[model][place] & CONSTANT),
    cut: (place) => who.some((model) => states[model][place] & CUT),
  };
  const tests = [];
  if (chosen >= 0) tests.push((place) => states[chosen][place] !== 0);
  if (list.value("show")) tests.push(shows[list.value("show")]);
  if (list.value("said")) {
    const wanted = facets.find(({ name }) => name === "gold").labels.indexOf(list.value("said"));
    tests.push((place) => who.some((model) => given[model][place] === wanted));
  }
  return tests;
}

function itemSummary(list, { row, place }) {
  const verdicts = list.head.models.map(({ name }, model) => {
    const answer = row.answers[model];
    if (!answer) return null;
    const [mark, kind, word] = answer.correct === true ? ["✓", "better", "right"] : answer.correct === false ? ["✗", "worse", "wrong"] : ["·", "soft", "not judged"];
    return make("span", { class: kind, title: word }, `${mark} ${visible(name)}`);
  });
  const where = [list.label("task", place), `${list.label("shots", place)}-shot`, list.label("template", place)];
  return [
    make("span", { class: "id" }, visible([row.id, ...where].join(" · "))),
    said("span", "about", row.about ?? ""),
    make("span", { class: "verdicts" }, ...verdicts),
  ];
}

function itemBody(list, { row, strings, place }) {
  const { models } = list.head;
  const prompt = ([before, question], end) => [
    strings[before] ? before_question(strings[before], Number(list.label("shots", place))) : null,
    make("div", { class: "read" }, said("span", "question", question), end ? said("mark", "scored", end) : null),
  ];
  const others = row.prompts.slice(1).map((other, number) => {
    const readers = models.filter((_, model) => row.answers[model]?.prompt === number + 1).map(({ name }) => name);
    return make("details", {}, make("summary", {}, visible(`What ${readers.join(", ")} read instead`)), ...prompt(other, row.gold).filter(Boolean));
  });
  const answers = models.map(({ name }, model) => ({ name, ...row.answers[model] })).filter((_, model) => row.answers[model]);
  const about = [row.category && `category: ${row.category}`, row.value !== undefined && `annotators' value: ${row.value}`,
    row.seed !== undefined && `draw of the shots: ${row.seed}`, row.references?.length && `also right: ${row.references.join(" / ")}`];
  return [
    ...prompt(row.prompts[0], row.gold),
    ...others,
    make("p", { class: "soft" }, visible(about.filter(Boolean).join("; "))),
    row.choices ? choiceTable(row, strings, answers) : null,
    !row.choices && answers.some(({ logprobs }) => logprobs) ? scoredTable(answers) : null,
    ...writtenAnswers(answers, Boolean(row.choices)),
    ...answers.map(lost).filter(Boolean),
  ];
}

function before_question(text, shots) {
  const title = shots ? counted(shots, "shot") : "What stands";
  return make("details", {}, make("summary", {}, `${title} before the question, ${counted([...text].length, "character")}`), make("div", { class: "read" }, said("span", "before", text)));
}

function choiceTable(row, strings, answers) {
  const scored = answers.filter(({ logprobs }) => logprobs);
  if (!scored.length) return null;
  const head = [
    make("tr", {}, make("th", { scope: "col", rowspan: "2" }, "Choice"), ...scored.map(({ name }) => make("th", { scope: "colgroup", colspan: "2", class: "n" }, visible(name)))),
    make("tr", {}, ...scored.flatMap(() => numbers(["nats", "per character"], "th"))),
  ];
  const rows = row.choices.map((number, at) => {
    const choice = strings[number];
    const cells = scored.flatMap(({ logprobs, prediction }) => {
      const chosen = prediction === choice;
      const [sum, mean] = numbers([logprobs[at].toFixed(2), (logprobs[at] / Math.max([...choice].length, 1)).toFixed(2)]);
      if (chosen) sum.prepend(make("span", { class: choice === row.gold ? "better" : "worse" }, choice === row.gold ? "chosen ✓ " : "chosen ✗ "));
      return [sum, mean];
    });
    const name = make("th", { scope: "row" }, said(choice === row.gold ? "mark" : "span", choice === row.gold ? "scored" : "", choice), choice === row.gold ? make("small", {}, "right answer") : null);
    return make("tr", {}, name, ...cells);
  });
  return table(head, rows);
}

function scoredTable(answers) {
  const head = make("tr", {}, make("th", { scope: "col" }, "Model"), ...numbers(["nats", "tokens", "perplexity per token", "with end token"], "th"));
  const rows = answers.filter(({ logprobs }) => logprobs).map(({ name, logprobs, tokens = 0, end_logprob: end }) => {
    const perplexity = (nats, count) => (count ? Math.exp(-nats / count).toPrecision(4) : "–");
    const all = logprobs.reduce((sum, each) => sum + each, 0);
    return make("tr", {}, make("th", { scope: "row" }, visible(name)), ...numbers([all.toFixed(2), String(tokens), perplexity(all, tokens), end === undefined ? "–" : perplexity(all + end, tokens + 1)]));
  });
  return table([head], rows);
}

// What models wrote; where they were to choose, beside how that was understood.
function writtenAnswers(answers, choosing) {
  const shown = answers.filter(({ finish, matched }) => (choosing ? matched : finish));
  if (!shown.length) return [];
  return [make("div", { class: "answers" }, ...shown.map((answer) => {
    const text = (choosing ? answer.output : answer.prediction) ?? "";
    const finishes = { end: "ends", stop: "runs on", length: "cut off" };
    const marks = [
      answer.correct === undefined ? null : answer.correct ? "right" : "wrong",
      answer.f1 === undefined ? null : `F1 ${answer.f1.toFixed(2)}`,
      choosing ? (answer.said ? `read as ${answer.said} (${answer.matched})` : "none of the choices") : finishes[answer.finish],
      choosing ? null : counted(answer.tokens ?? 0, "token"),
    ].filter(Boolean);
    return make("figure", { class: "answer" }, make("figcaption", {}, visible(answer.name)),
      text.trim() ? said("blockquote", "", text) : make("p", { class: "empty" }, "no answer"),
      make("ul", {}, ...marks.map((mark) => make("li", mark === "wrong" ? { class: "worse" } : {}, visible(mark)))));
  }))];
}

function lost({ name, skipped, truncated, cut = [], dropped_shots: dropped, prompt_tokens: tokens = 0 }) {
  const told = [
    skipped && "was not asked, because the prompt does not fit",
    truncated && `did not read ${counted(truncated, "token")} on the left${cut.length ? ` (of ${cut.join(", ")})` : ""}`,
    dropped && `was shown ${counted(dropped, "shot")} less`,
  ].filter(Boolean);
  return told.length ? make("p", { class: "soft" }, `${visible(name)} ${told.join("; ")}: the prompt has ${counted(tokens, "token")}.`) : null;
}

function exampleBody(list, { row }) {
  const facts = { part: row.part, split: row.split, language: row.language, "upstream's own id": row.upstream };
  return [
    ...row.segments.map(({ name, text, scored }) => make("div", { class: "read" }, make("small", {}, scored ? `${name}, learnt` : name), said(scored ? "mark" : "span", scored ? "scored" : "question", text))),
    make("p", { class: "soft" }, visible(Object.entries(facts).filter(([, fact]) => fact).map(([name, fact]) => `${name}: ${fact}`).join("; "))),
    row.repeated ? make("p", {}, `${counted(row.repeated, "row")} left out because ${row.repeated === 1 ? "it repeats" : "they repeat"} this example: `, visible(row.repeats.join(", ")), row.repeated > row.repeats.length ? " and more" : "") : null,
  ];
}

return { kinds, make, visible, counted };
})();
