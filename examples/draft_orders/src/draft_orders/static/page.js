// Local times, charts and the colour button. The page works without any of them.
(() => {
  const root = document.documentElement;

  // Times ---------------------------------------------------------------------------------------------------------
  const format = (parts) => new Intl.DateTimeFormat(undefined, parts);
  const full = format({ dateStyle: "full", timeStyle: "short" });
  const day = format({ month: "short", day: "numeric" });
  const short = format({ month: "short", day: "numeric", hour: "numeric", minute: "2-digit" });
  const shortWithYear = format({ year: "numeric", month: "short", day: "numeric", hour: "numeric", minute: "2-digit" });
  const thisYear = new Date().getFullYear();
  const showTimes = (within) => {
    for (const time of within.querySelectorAll("time[data-show]")) {
      const at = new Date(time.dateTime);
      time.title = full.format(at);
      time.textContent = (at.getFullYear() === thisYear ? short : shortWithYear).format(at);
    }
  };

  // Charts --------------------------------------------------------------------------------------------------------
  const charts = new Map();
  const faint = (colour, share) => colour.replace("rgb(", "rgba(").replace(")", `, ${share})`);
  const size = (place) => ({ width: Math.floor(place.clientWidth), height: Math.floor(place.clientHeight) });
  const line = (place) => {
    const colour = getComputedStyle(place).color;
    return { stroke: colour, fill: faint(colour, 0.09), width: 1.5, points: { show: false } };
  };
  const readOut = (chart) => {
    const at = chart.cursor.idx;
    const readout = document.querySelector(".readout");
    readout.textContent = at == null ? "" : `${short.format(chart.data[0][at] * 1000)}: ${chart.data[1][at].toLocaleString()}`;
  };
  const history = (place) => {
    const quiet = getComputedStyle(place.closest("main").querySelector(".quiet")).color;
    const axis = {
      stroke: quiet,
      font: "12px Inter, system-ui, sans-serif",
      grid: { stroke: faint(quiet, 0.16), width: 1 },
      ticks: { show: false },
    };
    return {
      ...size(place),
      axes: [{ ...axis, size: 34, grid: { show: false }, values: (_, at) => at.map((s) => day.format(new Date(s * 1000))) }, { ...axis, size: 56 }],
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, y: false },
      hooks: { setCursor: [readOut] },
      scales: {
        x: { range: (_, first, last) => [first, last + 86400] }, // a bar stands behind the beginning of its day
        y: { range: (_, __, most) => [0, Math.max(most * 1.1, 1)] },
      },
      series: [{}, { ...line(place), label: place.dataset.label, paths: uPlot.paths.bars({ size: [0.7, 40], align: 1 }) }],
    };
  };
  const draw = (place) => {
    charts.get(place)?.destroy();
    const points = JSON.parse(place.dataset.points);
    const data = [points.map(([at]) => at), points.map(([, value]) => value)];
    charts.set(place, new uPlot(history(place), data, place));
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
