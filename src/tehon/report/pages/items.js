// The lists of a report: rows lie in the page as compressed blocks, and only those that are looked at are decoded.
// What a list shows stands in the page's address, so that a view can be shared, and Back goes back.
(() => {
"use strict";
const { kinds, make, visible, counted } = itemRows;
const PAGE_ROWS = 20;
const HELD_BLOCKS = 64;
const TEXTS = 2; // before the blocks of texts stand the head and the numbers
const DRAWN_MS = 200; // while a search runs, what it has found is drawn so often at most

const folded = (text) => text.normalize("NFKC").toLowerCase();
const pause = () => new Promise((resume) => setTimeout(resume));

async function inflated(element) {
  const coded = atob(element.textContent);
  const bytes = new Uint8Array(coded.length);
  for (let place = 0; place < coded.length; place += 1) bytes[place] = coded.charCodeAt(place);
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(plain).arrayBuffer();
}

const parsed = async (element) => JSON.parse(new TextDecoder().decode(await inflated(element)));

class List {
  constructor(section) {
    this.section = section;
    this.name = section.id;
    this.kind = kinds[this.name];
    this.elements = [...document.querySelectorAll(`script[data-list="${this.name}"]`)];
    this.held = new Map();
    this.turn = 0;
    this.found = section.querySelector(".found");
    this.rows = section.querySelector(".rows");
    this.form = section.querySelector("form");
    this.progress = section.querySelector("progress");
    this.cancel = section.querySelector(".cancel");
  }

  async open() {
    this.head = await parsed(this.elements[0]);
    const plain = new DataView(await inflated(this.elements[1]));
    const width = this.head.count * 2;
    this.columns = Array.from({ length: width ? plain.byteLength / width : 0 }, (_, column) =>
      Uint16Array.from({ length: this.head.count }, (_, place) => plain.getUint16(column * width + 2 * place, true)),
    );
    this.build();
    addEventListener("hashchange", () => this.follow());
    await this.follow(true);
  }

  // The controls, once: a choice a facet, then what the kind of rows adds, and the search.
  build() {
    const facets = this.head.facets.map(({ name, title, labels, titles }) => [
      name, title, labels.map((label, place) => [label, titles[place] ?? label]),
    ]);
    this.choices = [...facets, ...this.kind.extra(this)].map(([name, title, options]) => {
      const choice = make("select", { name, "aria-label": title }, make("option", { value: "" }, "all"));
      choice.append(...options.map(([value, text]) => make("option", { value }, visible(text))));
      const label = make("label", {}, title, choice);
      label.hidden = options.length < (name === "show" ? 1 : 2);
      return label;
    });
    this.form.prepend(...this.choices);
    this.section.querySelector(".without").remove();
    this.form.hidden = false;
    this.form.addEventListener("change", () => this.go(0));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.go(0);
    });
    this.form.querySelector(".clear").addEventListener("click", () => {
      for (const control of this.form.elements) if (control.name) control.value = "";
      this.go(0);
    });
    this.cancel.addEventListener("click", () => { this.cancelled = true; });
    for (const [kind, step] of [[".earlier", -1], [".later", 1]])
      this.section.querySelector(kind).addEventListener("click", () => this.go(this.page + step));
  }

  // Into the address, from which everything is read.
  go(page) {
    const controls = [...this.form.elements].filter(({ name, value }) => name && value);
    const told = controls.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`);
    if (page > 0) told.push(`page=${page + 1}`);
    const hash = `#${this.name}?${told.join("&")}`;
    this.own = hash !== location.hash;
    location.hash = hash;
  }

  // What the address asks of this list, if it is about this one.
  async follow(first = false) {
    const [name, query = ""] = location.hash.slice(1).split(/\?(.*)/s);
    if (name !== this.name && !first) return;
    const state = new URLSearchParams(name === this.name ? query : "");
    for (const control of this.form.elements) if (control.name) this.set(control, state.get(control.name) ?? "");
    if (!this.own && name === this.name && this.away()) this.section.scrollIntoView();
    await this.show(Number(state.get("page")) || 1);
    if (this.own && this.found.getBoundingClientRect().top < 0) this.found.scrollIntoView();
    this.own = false;
  }

  // A template's label may name several, of which a model was asked under one.
  set(control, value) {
    const options = [...(control.options ?? [])].map((option) => option.value);
    const same = !control.options || options.includes(value);
    control.value = same ? value : options.find((option) => option.split(" / ").includes(value)) ?? "";
  }

  value(name) {
    return this.form.elements[name].value;
  }

  away() {
    const { top, bottom } = this.section.getBoundingClientRect();
    return top >= innerHeight || bottom <= 0;
  }

  label(facet, place) {
    const at = this.head.facets.findIndex(({ name }) => name === facet);
    const { labels, titles } = this.head.facets[at];
    const number = this.columns[at][place];
    return titles[number] ?? labels[number] ?? "–";
  }

  // The places of the rows that the controls ask for, one facet left out if need be.
  matching(skipped) {
    const tests = this.kind.tests(this);
    this.head.facets.forEach(({ name, labels }, at) => {
      const [column, wanted] = [this.columns[at], labels.indexOf(this.value(name))];
      if (name !== skipped && wanted >= 0) tests.push((place) => column[place] === wanted);
    });
    const found = [];
    for (let place = 0; place < this.head.count; place += 1) if (tests.every((test) => test(place))) found.push(place);
    return found;
  }

  // Beside every choice of a facet how many rows it would show.
  count() {
    this.head.facets.forEach(({ name, labels, titles }, at) => {
      const counts = new Uint32Array(labels.length + 1);
      for (const place of this.matching(name)) counts[Math.min(this.columns[at][place], labels.length)] += 1;
      const [, ...options] = this.choices[at].querySelector("select").options;
      options.forEach((option, number) => {
        option.textContent = `${visible(titles[number] ?? labels[number])} (${counts[number].toLocaleString("en")})`;
      });
    });
  }

  async show(page) {
    const turn = (this.turn += 1);
    this.working(false);
    const wanted = this.matching();
    const asked = folded(this.value("q")).trim();
    this.asked = page;
    this.count();
    const found = asked ? await this.search(wanted, asked, turn) : wanted;
    if (turn === this.turn) await this.draw(found, turn);
  }

  async search(places, asked, turn) {
    const found = [];
    let drawn = performance.now();
    this.cancelled = false;
    this.working(true);
    for (const [at, place] of places.entries()) {
      if (turn !== this.turn) return found;
      if (this.cancelled) break;
      const text = this.ready(place) ?? (await this.text(place));
      if (this.kind.texts(text).some((each) => folded(each).includes(asked))) found.push(place);
      if (performance.now() - drawn < DRAWN_MS) continue;
      this.progress.value = at / places.length;
      if (found.length <= PAGE_ROWS) await this.draw([...found], turn, "so far");
      await pause();
      drawn = performance.now();
    }
    this.working(false);
    return found;
  }

  working(on) {
    this.progress.hidden = this.cancel.hidden = !on;
    this.progress.value = 0;
  }

  async draw(found, turn, so_far = "") {
    const pages = Math.max(Math.ceil(found.length / PAGE_ROWS), 1);
    this.page = Math.min(Math.max(this.asked, 1), pages) - 1;
    const shown = found.slice(this.page * PAGE_ROWS, (this.page + 1) * PAGE_ROWS);
    const texts = await Promise.all(shown.map((place) => this.text(place)));
    if (turn !== this.turn) return;
    this.rows.replaceChildren(...texts.map((text) => this.row(text)));
    this.rows.start = this.page * PAGE_ROWS + 1;
    const end = this.cancelled && this.value("q") ? "until the search was stopped" : so_far;
    this.found.textContent = `${counted(found.length, this.kind.noun)} ${end}`.trim();
    this.section.querySelector(".pages").hidden = pages === 1;
    this.section.querySelector(".place").textContent = `page ${this.page + 1} of ${pages.toLocaleString("en")}`;
    this.section.querySelector(".earlier").disabled = this.page === 0;
    this.section.querySelector(".later").disabled = this.page + 1 >= pages;
    this.section.dataset.drawn = String(turn);
  }

  // The whole of a row is made when it is opened.
  row(text) {
    const summary = this.kind.summary(this, text);
    if (!this.kind.body) return make("li", {}, ...summary);
    const details = make("details", {}, make("summary", {}, ...summary));
    const fill = () => details.append(...this.kind.body(this, text).filter(Boolean));
    details.addEventListener("toggle", fill, { once: true });
    return make("li", {}, details);
  }

  block(place) {
    const { starts } = this.head;
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle] <= place) low = middle;
      else high = middle;
    }
    return low;
  }

  // A row of a block that is decoded already, without waiting.
  ready(place) {
    const { plain, first } = this.last ?? {};
    if (!plain || place < first || place >= first + plain.rows.length) return null;
    return { row: plain.rows[place - first], strings: plain.strings, place };
  }

  async text(place) {
    const number = this.block(place);
    if (!this.held.has(number)) this.held.set(number, parsed(this.elements[TEXTS + number]));
    if (this.held.size > HELD_BLOCKS) this.held.delete(this.held.keys().next().value);
    this.last = { plain: await this.held.get(number), first: this.head.starts[number] };
    return this.ready(place);
  }
}

for (const section of document.querySelectorAll("section.list")) new List(section).open();
})();
