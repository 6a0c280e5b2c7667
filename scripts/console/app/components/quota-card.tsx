import type { SyncOverviewAnswer } from "../../../../supabase/client/mod.ts";
import { formatAgo, formatBytes, formatNumber } from "../state/format.ts";
import { texts } from "../texts/mod.ts";

/** The library in figures, and what is left of Cloudinary's calls of the hour. */
export function QuotaCard({ overview }: { overview: SyncOverviewAnswer }) {
  const { rate_limit: { limit, remaining, reset_at }, stats, sync_status, untold } = overview;
  const figures: [string, string][] = [
    [texts.status.figures.assets, formatNumber(stats.total_assets)],
    [texts.status.figures.size, formatBytes(stats.total_size)],
    [texts.status.figures.waiting, formatNumber(sync_status.pending_operations)],
    [
      texts.status.figures.lastSync,
      sync_status.last_sync === null ? texts.status.never : formatAgo(sync_status.last_sync),
    ],
    [texts.status.figures.facts, `${untold.percent} %`],
  ];
  return (
    <section class="card section" aria-label={texts.status.library}>
      <header class="section-head">
        <h2>{texts.status.library}</h2>
      </header>
      <dl class="figures">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {limit !== null && remaining !== null && (
        <div class="quota">
          <div class="quota-text">
            <strong>{texts.status.quota}</strong>
            <span class="quiet">
              {texts.status.quotaLeft(formatNumber(remaining), formatNumber(limit))}
              {reset_at !== null && `, ${texts.status.quotaReset(formatAgo(reset_at))}`}
            </span>
          </div>
          <meter
            min={0}
            max={limit}
            low={limit * 0.1}
            optimum={limit}
            value={remaining}
            aria-label={texts.status.quota}
          />
        </div>
      )}
    </section>
  );
}
