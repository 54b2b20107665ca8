// The report's charts: reads the embedded data, draws with Observable Plot, asks nothing of any network.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const tiers = ["utility", "speed", "logic", "architect"];
  const money = (value) => (value === 0 ? "$0" : value < 0.01 ? `$${value.toPrecision(2)}` : `$${value.toFixed(2)}`);

  function put(id, rows, options) {
    const figure = document.querySelector(`#${id} figure`);
    figure.replaceChildren();
    if (!rows.length) {
      figure.innerHTML = '<p class="empty">Nothing yet.</p>';
      return;
    }
    const width = Math.min(figure.clientWidth, 640);
    figure.append(Plot.plot({ width, style: { fontSize: "12px", fontFamily: "inherit" }, ...options(width) }));
  }

  function draw() {
    const scale = { domain: tiers, range: tiers.map(colour) };
    const days = data.days.filter((day) => day.tier).map((day) => ({ ...day, cost: Number(day.cost), day: new Date(`${day.day}T00:00`) }));
    put("days", days, () => ({
      height: 260, marginLeft: 60, color: { ...scale, legend: true }, x: { interval: "day", label: null },
      y: { label: "dollars", grid: true, tickFormat: money, ticks: 5 },
      marks: [Plot.rectY(days, { x: "day", y: "cost", fill: "tier", order: tiers, tip: true, interval: "day" }), Plot.ruleY([0])],
    }));

    const bars = Number(data.baseline) ? [["spent", Number(data.spent), "utility"], ["baseline", Number(data.baseline), "architect"]] : [];
    put("savings", bars, () => ({
      height: 140, marginLeft: 80, marginRight: 70, x: { axis: null }, y: { label: null, domain: ["spent", "baseline"] },
      marks: [
        Plot.barX(bars, { x: "1", y: "0", fill: (bar) => colour(bar[2]) }),
        Plot.text(bars, { x: "1", y: "0", text: (bar) => money(bar[1]), textAnchor: "start", dx: 6 }),
      ],
    }));

    const guesses = data.guesses
      .map((guess) => ({ ...guess, low: +guess.low, likely: +guess.likely, high: +guess.high, cost: +guess.cost }))
      .filter((guess) => guess.low > 0 && guess.cost > 0);
    const ends = d3.extent(guesses.flatMap((guess) => [guess.low, guess.high, guess.cost]));
    put("guesses", guesses, (width) => ({
      height: Math.min(width, 420), marginLeft: 64, marginBottom: 40, grid: true,
      x: { type: "log", label: "bill →", tickFormat: money, ticks: 4 }, y: { type: "log", label: "↑ estimate", tickFormat: money, ticks: 4 },
      marks: [
        Plot.line([[ends[0], ends[0]], [ends[1], ends[1]]], { stroke: colour("soft"), strokeDasharray: "4 3" }),
        Plot.ruleX(guesses, { x: "cost", y1: "low", y2: "high", strokeOpacity: 0.35, stroke: colour("speed") }),
        Plot.dot(guesses, { x: "cost", y: "likely", r: 2.5, tip: true, channels: { action: "action", model: "model" },
          fill: (guess) => colour(guess.low <= guess.cost && guess.cost <= guess.high ? "utility" : "bad") }),
      ],
    }));

    const models = data.models.map((model) => ({ ...model, cost: Number(model.cost) }));
    const parts = models.flatMap((model) => ["accepted", "rejected", "failed"].map((part) => ({ model: model.model, part, count: model[part] })));
    put("models", models, () => ({
      height: 60 + 34 * models.length, marginLeft: 170, marginRight: 70, x: { label: "attempts", grid: true }, y: { label: null },
      color: { domain: ["accepted", "rejected", "failed"], range: [colour("utility"), colour("logic"), colour("bad")], legend: true },
      marks: [
        Plot.barX(parts, { x: "count", y: "model", fill: "part", tip: true, sort: { y: "-x" } }),
        Plot.text(models, { x: "attempts", y: "model", text: (model) => money(model.cost), textAnchor: "start", dx: 6 }),
      ],
    }));

    const failures = Object.entries(data.failures).map(([status, count]) => ({ status: status.replace("_", " "), count }));
    put("failures", failures, () => ({
      height: 50 + 28 * failures.length, marginLeft: 110, x: { label: "attempts", grid: true }, y: { label: null },
      marks: [Plot.barX(failures, { x: "count", y: "status", fill: colour("bad"), sort: { y: "-x" }, tip: true })],
    }));
  }

  draw();
  window.addEventListener("resize", draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
})();
