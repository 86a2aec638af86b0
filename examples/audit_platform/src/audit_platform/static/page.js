// Local times, charts and the colour button. The page works without any of them.
(() => {
  const root = document.documentElement;

  // Times ---------------------------------------------------------------------------------------------------------
  const format = (parts) => new Intl.DateTimeFormat(undefined, parts);
  const full = format({ dateStyle: "full", timeStyle: "short" });
  const day = format({ month: "short", day: "numeric" });
  const whole = format({ dateStyle: "medium" });
  const moment = format({ dateStyle: "medium", timeStyle: "short" });
  const showTimes = (within) => {
    for (const time of within.querySelectorAll("time[data-show]")) {
      const at = new Date(time.dateTime);
      time.title = full.format(at);
      time.textContent = (time.dataset.show === "day" ? whole : moment).format(at);
    }
  };

  // Charts --------------------------------------------------------------------------------------------------------
  const charts = new Map();
  const faint = (colour, share) => colour.replace("rgb(", "rgba(").replace(")", `, ${share})`);
  const size = (place) => ({ width: Math.floor(place.clientWidth), height: Math.floor(place.clientHeight) });
  const colours = (place) => [...place.parentElement.querySelectorAll("[data-key]")].map((key) => getComputedStyle(key).color);
  const readOut = (place) => (chart) => {
    const at = chart.cursor.idx;
    const readout = place.parentElement.querySelector(".readout");
    const [moments, ...series] = chart.data;
    const said = (value) => (value == null ? "–" : value.toLocaleString());
    readout.textContent = at == null ? "" : `${whole.format(moments[at] * 1000)}: ${series.map((values) => said(values[at])).join(" · ")}`;
  };
  const trend = (place) => {
    const quiet = getComputedStyle(place.closest("main").querySelector(".quiet")).color;
    const axis = {
      stroke: quiet,
      font: "12px Inter, system-ui, sans-serif",
      grid: { stroke: faint(quiet, 0.16), width: 1 },
      ticks: { show: false },
    };
    return {
      ...size(place),
      axes: [{ ...axis, size: 34, grid: { show: false }, values: (_, at) => at.map((s) => day.format(new Date(s * 1000))) }, { ...axis, size: 44 }],
      scales: { y: { range: (_, __, most) => [0, Math.max(most * 1.1, 1)] } },
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, y: false },
      hooks: { setCursor: [readOut(place)] },
      series: [{}, ...colours(place).map((stroke) => ({ stroke, width: 2, points: { show: false } }))],
    };
  };
  const draw = (place) => {
    charts.get(place)?.destroy();
    charts.set(place, new uPlot(trend(place), JSON.parse(place.dataset.points), place));
  };
  const drawAll = () => {
    for (const place of charts.keys()) if (!place.isConnected) charts.delete(place);
    document.querySelectorAll("[data-chart]").forEach(draw);
  };

  // Colours -------------------------------------------------------------------------------------------------------
  const words = { system: "as the system", light: "light", dark: "dark" };
  const next = { system: "light", light: "dark", dark: "system" };
  const button = document.querySelector("[data-theme-toggle]");
  const showTheme = () => {
    const theme = root.dataset.theme ?? "system";
    button.dataset.is = theme;
    button.setAttribute("aria-label", `Colours: ${words[theme]}`);
    button.title = `Colours: ${words[theme]}`;
  };
  if (button) {
    button.hidden = false;
    showTheme();
    button.addEventListener("click", () => {
      const theme = next[root.dataset.theme ?? "system"];
      if (theme === "system") delete root.dataset.theme;
      else root.dataset.theme = theme;
      try { localStorage.setItem("theme", theme); } catch { /* storage is off: the choice lasts as long as the page */ }
      showTheme();
      drawAll();
    });
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);

  // Beginning, and after every swap ----------------------------------------------------------------------------------
  let width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth === width) return;
    width = innerWidth;
    drawAll();
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    showTimes(document);
    drawAll();
    event.detail.target?.querySelector("[aria-invalid], [data-focus]")?.focus();
  });
  showTimes(document);
  document.fonts.ready.then(drawAll);
})();
