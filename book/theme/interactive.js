// Figures to play with. A page marks a place with <div class="try" data-try="NAME">, whose content is
// what readers without scripts see. No library, no network; every control is a plain form element.
"use strict";
(() => {
  const SVG = "http://www.w3.org/2000/svg";

  const element = (name, attributes = {}, children = []) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };

  const shape = (name, attributes, text) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    return made;
  };

  const softmax = (scores) => {
    const largest = Math.max(...scores);
    const powers = scores.map((score) => Math.exp(score - largest));
    const sum = powers.reduce((a, b) => a + b, 0);
    return powers.map((power) => power / sum);
  };

  // The same "random" numbers for every reader: mean 0, variance 1.
  const normals = (count, seed) => {
    let state = seed >>> 0;
    const uniform = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return (state + 0.5) / 4294967296;
    };
    return Array.from({ length: count }, () =>
      Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()));
  };

  const percent = (share) => (100 * share).toFixed(share < 0.1 ? 1 : 0) + " %";

  // A slider with its name and its value beside it.
  const slider = ({ label, min, max, step, value, show = String }, changed) => {
    const input = element("input", { type: "range", min, max, step, value });
    const output = element("output");
    const update = () => {
      output.textContent = show(Number(input.value));
      changed(Number(input.value));
    };
    input.addEventListener("input", update);
    return { line: element("label", { class: "try-control" }, [label + " ", input, " ", output]), update };
  };

  // Bars from left to right, one for each [name, share].
  const bars = (rows, sentence) => {
    const height = 22 * rows.length;
    const image = shape("svg", { viewBox: `0 0 480 ${height}`, role: "img", "aria-label": sentence });
    rows.forEach(([name, share], row) => {
      const y = 22 * row;
      image.append(
        shape("text", { x: 96, y: y + 15, "text-anchor": "end" }, name),
        shape("rect", { x: 104, y: y + 3, width: Math.max(300 * share, 0.5), height: 16, rx: 2 }),
        shape("text", { x: 110 + 300 * share, y: y + 15 }, percent(share)));
    });
    return image;
  };

  const tries = {
    // Softmax with a temperature: how even or how sure a choice is.
    temperature(place) {
      const words = [["night", 4.2], ["day", 3.6], ["morning", 3.1], ["winter", 1.9], ["storm", 1.2], ["teapot", -0.8]];
      const picture = element("div");
      const { line, update } = slider(
        { label: "temperature", min: 0.1, max: 3, step: 0.1, value: 1, show: (t) => t.toFixed(1) },
        (t) => {
          const chances = softmax(words.map(([, score]) => score / t));
          const rows = words.map(([word], i) => [word, chances[i]]);
          picture.replaceChildren(bars(rows, `At temperature ${t.toFixed(1)} ${words[0][0]} has ${percent(chances[0])}`));
        });
      place.replaceChildren(line, picture);
      update();
    },

    // Why scores are divided by the square root of d.
    scale(place) {
      const keys = 8;
      const picture = element("div", { class: "try-pair" });
      const { line, update } = slider(
        { label: "channels d", min: 1, max: 10, step: 1, value: 6, show: (power) => 2 ** power },
        (power) => {
          const d = 2 ** power;
          const query = normals(d, 1);
          const scores = Array.from({ length: keys }, (_, key) =>
            normals(d, 77 + key).reduce((sum, value, i) => sum + value * query[i], 0));
          const half = (title, weights) => {
            const rows = weights.map((weight, key) => ["key " + (key + 1), weight]);
            const sentence = `${title}: the largest of ${keys} weights is ${percent(Math.max(...weights))}`;
            return element("div", {}, [element("p", {}, [title]), bars(rows, sentence)]);
          };
          picture.replaceChildren(
            half("softmax(q · k)", softmax(scores)),
            half("softmax(q · k / √d)", softmax(scores.map((score) => score / Math.sqrt(d)))));
        });
      place.replaceChildren(line, picture);
      update();
    },

    // What the causal mask does to the weights of a row.
    mask(place) {
      const words = ["The", "keeper", "painted", "her", "railing", "green"];
      const scores = words.map((_, row) => normals(words.length, 5 + row));
      const picture = element("div");
      const box = element("input", { type: "checkbox" });
      box.checked = true;
      let row = 3;
      const draw = () => {
        const seen = scores[row].map((score, column) => (box.checked && column > row ? -Infinity : score));
        const weights = softmax(seen);
        const rows = words.map((word, i) => [word, weights[i]]);
        const future = weights.slice(row + 1).reduce((a, b) => a + b, 0);
        picture.replaceChildren(
          bars(rows, `The weights of the word ${words[row]}`),
          element("p", { "aria-live": "polite" }, [`The future gets ${percent(future)} of the weight of “${words[row]}”.`]));
      };
      const { line, update } = slider(
        { label: "word", min: 1, max: words.length, step: 1, value: row + 1, show: (n) => words[n - 1] },
        (n) => { row = n - 1; draw(); });
      box.addEventListener("input", draw);
      place.replaceChildren(line, element("label", { class: "try-control" }, [box, " causal mask"]), picture);
      update();
    },

    // How alike two places are when they are waves.
    waves(place) {
      const places = 64;
      const channels = 32;
      const wave = (p) => Array.from({ length: channels }, (_, i) => {
        const angle = p / 10000 ** (2 * Math.floor(i / 2) / channels);
        return i % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
      });
      const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
      const picture = element("div");
      const { line, update } = slider(
        { label: "place", min: 0, max: places - 1, step: 1, value: 20 },
        (p) => {
          const here = wave(p);
          const alike = Array.from({ length: places }, (_, other) => dot(here, wave(other)) / (channels / 2));
          const sentence = `How alike place ${p} is to all places: 1 at itself, less with distance, to ${Math.min(...alike).toFixed(2)}`;
          const image = shape("svg", { viewBox: "0 0 480 150", role: "img", "aria-label": sentence });
          const point = (value, other) => `${10 + (460 * other) / (places - 1)},${120 - 100 * value}`;
          image.append(
            shape("line", { x1: 10, x2: 470, y1: 120, y2: 120 }),
            shape("polyline", { points: alike.map(point).join(" ") }),
            shape("circle", { cx: 10 + (460 * p) / (places - 1), cy: 20, r: 4 }),
            shape("text", { x: 10, y: 142 }, "place 0"),
            shape("text", { x: 470, y: 142, "text-anchor": "end" }, `place ${places - 1}`));
          picture.replaceChildren(image);
        });
      place.replaceChildren(line, picture);
      update();
    },
  };

  const begin = () => {
    for (const place of document.querySelectorAll("[data-try]")) {
      const start = tries[place.dataset.try];
      if (start) start(place);
    }
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
