import { useEffect, useState } from "preact/hooks";
import { readSnapshots, type Snapshot } from "../state/oversight.ts";
import { useApp } from "../state/use-app.ts";
import { texts } from "../texts/mod.ts";
import { Plot, type PlotLine } from "./plot.tsx";

const DAY_MS = 86_400_000;
const SPANS = [1, 7, 30] as const;

type Figure = Exclude<keyof Snapshot, "taken_at" | "health">;

const PLOTS: readonly { title: keyof typeof texts.plots.titles; figures: readonly Figure[] }[] = [
  { title: "assets", figures: ["total_assets"] },
  { title: "trouble", figures: ["pending_assets", "error_assets"] },
  { title: "operations", figures: ["operations", "errors"] },
  { title: "latency", figures: ["average_ms"] },
  { title: "quota", figures: ["remaining_calls", "call_limit"] },
];

/** The hourly figures as plots. */
export function SnapshotPlots() {
  const { supabase, notices } = useApp();
  const [days, setDays] = useState<typeof SPANS[number]>(7);
  const [snapshots, setSnapshots] = useState<Snapshot[] | undefined>();
  useEffect(() => {
    readSnapshots(supabase, new Date(Date.now() - days * DAY_MS)).then(
      setSnapshots,
      (error) => notices.fail(error),
    );
  }, [days]);
  return (
    <section class="card section" aria-label={texts.plots.title}>
      <header class="section-head">
        <h2>{texts.plots.title}</h2>
        <div class="segmented" role="group" aria-label={texts.plots.span}>
          {SPANS.map((span) => (
            <button
              type="button"
              key={span}
              aria-pressed={span === days}
              onClick={() => setDays(span)}
            >
              {texts.plots.days(span)}
            </button>
          ))}
        </div>
      </header>
      {snapshots === undefined && <p class="quiet" role="status">{texts.loading}</p>}
      {snapshots !== undefined && snapshots.length < 2 && <p class="quiet">{texts.plots.tooFew}</p>}
      {snapshots !== undefined && snapshots.length >= 2 && (
        <div class="plots">
          {PLOTS.map(({ title, figures }) => (
            <Plot
              key={title}
              title={texts.plots.titles[title]}
              times={snapshots.map(({ taken_at }) => Date.parse(taken_at) / 1_000)}
              lines={figures.map((figure): PlotLine => ({
                name: texts.plots.figures[figure],
                values: snapshots.map((snapshot) => snapshot[figure]),
              }))}
            />
          ))}
        </div>
      )}
    </section>
  );
}
