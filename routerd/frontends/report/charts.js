// The report's charts: reads the embedded data, draws with Observable Plot, asks nothing of any network.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const tiers = ["utility", "speed", "logic", "architect"];
  const digits = (value) => (Math.abs(value) < 1 ? Math.max(2, 1 - Math.floor(Math.log10(Math.abs(value)))) : 2);
  const price = (value) => (value === null ? "price unknown" : money(Number(value)));
  const money = (value) => (value === 0 ? "$0" : `${value < 0 ? "-" : ""}$${Math.abs(value).toFixed(digits(value)).replace(/(\.\d\d\d*?)0+$/, "$1")}`);
  const count = (value) => value.toLocaleString("en");
  const times = (value, word) => `${value.toLocaleString("en")} ${word}${value === 1 ? "" : "s"}`;
  const midnight = (day) => new Date(`${day}T00:00`);
  // A fortnight at least: one day alone would be a wall, and its hours mean nothing.
  const span = (rows) => [d3.min([rows[0].day, d3.timeDay.offset(rows.at(-1).day, -13)]), d3.timeDay.offset(rows.at(-1).day, 1)];

  function put(id, rows, options) {
    const figure = document.querySelector(`#${id} figure`);
    figure.replaceChildren();
    if (!rows.length) {
      figure.innerHTML = `<p class="empty">${data.attempts ? "None." : "Nothing yet."}</p>`;
      return;
    }
    const width = Math.min(figure.clientWidth, 640);
    figure.append(Plot.plot({ width, style: { fontSize: "12px", fontFamily: "inherit" }, ...options(width) }));
  }

  // Bars with each row's name above its bar, so that long names of models fit on a phone.
  function bars(id, rows, parts, colours, unit) {
    const pieces = rows.flatMap((row) => parts.map((part) => ({ ...row, part, count: row[part] })).filter((piece) => piece.count));
    const most = Math.max(1, ...rows.map((row) => parts.reduce((sum, part) => sum + row[part], 0)));
    put(id, rows, () => ({
      height: 40 + 44 * rows.length, marginLeft: 8, marginRight: 8, marginBottom: 34,
      x: { label: unit, grid: true, domain: [0, most * 1.02], tickFormat: count, ticks: d3.ticks(0, most, 5).filter(Number.isInteger) },
      y: { axis: null, domain: rows.map((row) => row.name), padding: 0.1 },
      color: { domain: parts, range: colours.map(colour), legend: parts.length > 1 },
      marks: [
        Plot.barX(pieces, { x: "count", y: "name", fill: "part", order: parts, insetTop: 19, insetBottom: 3, tip: true }),
        Plot.text(rows, { y: "name", text: "name", frameAnchor: "left", dy: -9 }),
        Plot.text(rows, { y: "name", text: "note", frameAnchor: "right", dy: -9, fill: colour("soft") }),
      ],
    }));
  }

  function days() {
    const scale = { domain: tiers, range: tiers.map(colour) };
    const rows = data.days.filter((day) => day.tier && day.cost !== null).map((day) => ({ tier: day.tier, cost: Number(day.cost), day: midnight(day.day) }));
    rows.sort((one, other) => one.day - other.day);
    put("days", rows, () => ({
      height: 260, marginLeft: 60, color: { ...scale, legend: true }, x: { type: "time", domain: span(rows), label: null },
      y: { label: "dollars", grid: true, tickFormat: money, ticks: 5 },
      marks: [Plot.rectY(rows, { x: "day", y: "cost", fill: "tier", order: tiers, tip: true, interval: "day" }), Plot.ruleY([0])],
    }));
  }

  // What the answers that can be compared cost, with everything that was of no use, against the baseline.
  function savings() {
    const byDay = d3.rollups(data.days, (some) => [d3.sum(some, (day) => +day.baseline), d3.sum(some, (day) => +day.saved)], (day) => day.day);
    let baseline = 0, saved = 0;
    const rows = d3.sort(byDay, ([day]) => day).map(([day, [cost, less]]) => {
      [baseline, saved] = [baseline + cost, saved + less];
      return { day: midnight(day), baseline, spent: baseline - saved };
    });
    const known = baseline ? rows : [];
    if (known.length) known.unshift({ day: d3.timeDay.offset(known[0].day, -1), baseline: 0, spent: 0 });
    const names = [`baseline ${money(baseline)}`, `with routerd ${money(baseline - saved)}`];
    put("savings", known, () => ({
      height: 260, marginLeft: 60, x: { type: "time", domain: span(known), label: null },
      color: { domain: names, range: [colour("architect"), colour("utility")], legend: true },
      y: { label: "dollars since the beginning", grid: true, tickFormat: money, ticks: 5, zero: true },
      marks: [
        Plot.areaY(known, { x: "day", y1: "spent", y2: "baseline", fill: colour("utility"), fillOpacity: 0.12 }),
        ...["baseline", "spent"].map((y, n) => Plot.lineY(known, { x: "day", y, stroke: () => names[n], strokeWidth: 2, tip: true })),
        Plot.ruleY([0]),
      ],
    }));
  }

  function guesses() {
    const rows = data.guesses
      .map((guess) => ({ ...guess, low: +guess.low, likely: +guess.likely, high: +guess.high, cost: +guess.cost }))
      .filter((guess) => guess.low > 0 && guess.cost > 0)
      .map((guess) => ({ ...guess, bill: guess.low <= guess.cost && guess.cost <= guess.high ? "within the range" : "outside" }));
    const [least, most] = d3.extent(rows.flatMap((guess) => [guess.low, guess.high, guess.cost]));
    const domain = [least / 1.2, most * 1.2];
    put("guesses", rows, (width) => ({
      height: Math.min(width, 420), marginLeft: 64, marginBottom: 40, grid: true,
      color: { domain: ["within the range", "outside"], range: [colour("utility"), colour("bad")], legend: true },
      x: { type: "log", label: "bill", tickFormat: money, ticks: 4, domain }, y: { type: "log", label: "estimate", tickFormat: money, ticks: 4, domain },
      marks: [
        Plot.line([[domain[0], domain[0]], [domain[1], domain[1]]], { stroke: colour("soft"), strokeDasharray: "4 3" }),
        Plot.ruleX(rows, { x: "cost", y1: "low", y2: "high", strokeOpacity: 0.35, stroke: colour("speed") }),
        Plot.dot(rows, { x: "cost", y: "likely", r: 2.5, tip: true, channels: { action: "action", model: "model" }, fill: "bill" }),
      ],
    }));
  }

  function models() {
    const rows = data.models.map((model) => ({ ...model, name: model.model, note: price(model.cost) }));
    bars("models", rows, ["accepted", "rejected", "failed"], ["utility", "logic", "bad"], "attempts");
  }

  function failures() {
    // Whom the user cancelled is no failure of theirs; `routerd stats` lists them all.
    const rows = data.failovers.by_deployment.filter((row) => row.status !== "cancelled").slice(0, 12).map((row) => ({
      "retry": row.retried, "failover": row.failed_over, "escalation": row.escalated, "no answer": row.lost,
      name: `${row.deployment}: ${row.status.replaceAll("_", " ")}`,
      note: `${times(row.attempts, "attempt")}, ${price(row.cost)}`,
    }));
    bars("failures", rows, ["retry", "failover", "escalation", "no answer"], ["speed", "utility", "logic", "bad"], "jobs, by what answered them in the end");
  }

  function moves() {
    const rows = data.failovers.moves.slice(0, 12).map((move) => ({
      answered: move.answered, "not answered": move.times - move.answered,
      name: `${move.from} → ${move.to}`, note: move.kind,
    }));
    bars("moves", rows, ["answered", "not answered"], ["utility", "bad"], "moves");
  }

  const draw = () => [days, savings, guesses, models, failures, moves].forEach((chart) => chart());
  draw();
  window.addEventListener("resize", draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  // Paper is light: redraw, as colours that were read for a dark screen would be printed.
  matchMedia("print").addEventListener("change", draw);
})();
