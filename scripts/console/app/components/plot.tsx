import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { formatNumber } from "../state/format.ts";
import { useApp } from "../state/use-app.ts";
import { texts } from "../texts/mod.ts";

/** One figure over time. */
export interface PlotLine {
  name: string;
  /** Null where it is not known. */
  values: (number | null)[];
}

interface PlotProps {
  title: string;
  /** In seconds since 1970. */
  times: number[];
  lines: readonly PlotLine[];
}

const HEIGHT = 164;
const COLORS = ["--accent", "--warning"];

/** Figures over time, in the page's colours; its last values stand beside it in words. */
export function Plot({ title, times, lines }: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const { theme } = useApp().preferences;
  useEffect(() => {
    const element = place.current!;
    const draw = () => new uPlot(toOptions(element, lines), toData(times, lines), element);
    let plot = draw();
    const redraw = () => {
      plot.destroy();
      plot = draw();
    };
    const observer = new ResizeObserver(() =>
      plot.setSize({ width: element.clientWidth, height: HEIGHT })
    );
    observer.observe(element);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", redraw);
    return () => {
      observer.disconnect();
      dark.removeEventListener("change", redraw);
      plot.destroy();
    };
  }, [times, lines, theme.value]);
  return (
    <figure class="plot">
      <figcaption>
        <strong>{title}</strong>
        <span class="plot-legend">
          {lines.map(({ name, values }, index) => (
            <span key={name}>
              {lines.length > 1 && <span class={`plot-key plot-key-${index}`} aria-hidden="true" />}
              {name}: {toText(values.findLast((value) => value !== null) ?? null)}
            </span>
          ))}
        </span>
      </figcaption>
      <div ref={place} aria-hidden="true" />
    </figure>
  );
}

function toText(value: number | null): string {
  return value === null ? texts.plots.unknown : formatNumber(Math.round(value));
}

function toData(times: number[], lines: readonly PlotLine[]): uPlot.AlignedData {
  return [times, ...lines.map(({ values }) => values)] as uPlot.AlignedData;
}

function toOptions(element: HTMLElement, lines: readonly PlotLine[]): uPlot.Options {
  // The canvas knows neither custom properties nor light-dark(): a probe tells what they come to.
  const probe = element.appendChild(document.createElement("i"));
  const color = (name: string) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const [quiet, line, ...strokes] = ["--quiet", "--line", ...COLORS].map(color);
  probe.remove();
  const axis: uPlot.Axis = {
    stroke: quiet,
    font: "11px system-ui, sans-serif",
    grid: { stroke: line, width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    axes: [
      { ...axis, size: 40 },
      {
        ...axis,
        size: 52,
        values: (_plot, values) => values.map((value) => formatNumber(value)),
      },
    ],
    scales: { y: { range: (_plot, _low, high) => [0, Math.max(1, (high ?? 1) * 1.1)] } },
    series: [
      {},
      ...lines.map(({ name }, index): uPlot.Series => ({
        label: name,
        stroke: strokes[index],
        width: 2,
        points: { show: false },
        ...(index === 0
          ? { fill: strokes[index]!.replace(/^rgb\((.*)\)$/, "rgb($1 / 12%)").replaceAll(",", " ") }
          : {}),
      })),
    ],
  };
}
