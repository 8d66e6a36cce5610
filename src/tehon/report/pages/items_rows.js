// What rows of the lists look like. Texts come from models and corpora: they become text nodes alone, never markup.
const itemRows = (() => {
"use strict";
// Nobody sees these, and some turn the reading direction of what follows.
const HIDDEN = new RegExp(
  "[\\x00-\\x08\\x0b\\x0c\\r\\x0e-\\x1f\\x7f-\\x9f\\xad\\u061c\\u200b\\u200e\\u200f" +
    "\\u2028-\\u202e\\u2060-\\u2069\\ufeff\\ufff9-\\ufffb]",
  "g",
);
const code = (letter) => letter.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
const visible = (text) => text.replace(HIDDEN, (letter) => `[U+${code(letter)}]`);
const counted = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

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

function table(head, rows) {
  return make("div", { class: "scroll" }, make("table", {}, make("thead", {}, ...head), make("tbody", {}, ...rows)));
}

const numbers = (texts) => texts.map((text) => make("td", { class: "n" }, text.replace(/^-/, "−")));
const headings = (texts) => texts.map((text) => make("th", { class: "n", scope: "col" }, text));

// What is always seen of a row: where it stands, what it is about, and what is told of it.
function summary(where, about, told) {
  return [
    make("span", { class: "id" }, visible(where)),
    said("span", "about", about),
    make("span", { class: "verdicts" }, ...told),
  ];
}

const examples = {
  noun: "example",
  extra: () => [],
  tests: () => [],
  texts: ({ row }) => [row.id, ...row.segments.map(({ text }) => text)],
  summary: (list, { row, place }) => {
    const told = ["source", "licence"].map((facet) => make("span", {}, visible(list.label(facet, place))));
    return summary(row.id, row.about, told);
  },
  body: exampleBody,
};

function exampleBody(list, { row }) {
  const facts = { part: row.part, split: row.split, language: row.language, "upstream's own id": row.upstream };
  const known = Object.entries(facts).filter(([, fact]) => fact);
  return [
    ...row.segments.map(({ name, text, scored }) =>
      make(
        "div",
        { class: "read" },
        make("small", {}, scored ? `${name}, learnt` : name),
        said(scored ? "mark" : "span", scored ? "scored" : "question", text),
      ),
    ),
    make("p", { class: "soft" }, visible(known.map(([name, fact]) => `${name}: ${fact}`).join("; "))),
    row.repeated ? repeats(row) : null,
  ];
}

function repeats({ repeated, repeats: named }) {
  const why = repeated === 1 ? "was left out because it repeats" : "were left out because they repeat";
  const more = repeated > named.length ? ` and ${(repeated - named.length).toLocaleString("en")} more` : "";
  return make("p", {}, `${counted(repeated, "row")} ${why} this example: `, visible(named.join(", ")), more);
}

const drops = {
  noun: "row",
  extra: () => [],
  tests: () => [],
  texts: ({ row }) => [row.id, row.repeats ?? ""],
  summary: (list, { row, place }) => {
    const why = [
      `${list.label("step", place)}: ${list.label("reason", place)}`,
      row.repeats && `repeats ${row.repeats}`,
      row.byte_offset !== undefined && `at byte ${row.byte_offset.toLocaleString("en")}`,
    ];
    return summary(row.id, why.filter(Boolean).join("; "), []);
  },
  body: null,
};

return { kinds: { examples, drops }, make, said, visible, counted, table, numbers, headings, summary };
})();
