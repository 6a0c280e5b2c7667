import type { SyncOverviewAnswer } from "../../../../supabase/client/mod.ts";
import { formatAgo, formatNumber, formatTime } from "../state/format.ts";
import { texts } from "../texts/mod.ts";

type Run = SyncOverviewAnswer["runs"][number];

/** The last runs of the sync, with how far those are that are running. */
export function RunTable({ runs }: { runs: readonly Run[] }) {
  const { columns } = texts.runs;
  return (
    <section class="card section" aria-label={texts.runs.title}>
      <header class="section-head">
        <h2>{texts.runs.title}</h2>
      </header>
      <div class="table-scroll" tabIndex={0} role="group" aria-label={texts.runs.title}>
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{columns.kind}</th>
              <th scope="col">{columns.state}</th>
              <th scope="col">{columns.began}</th>
              <th scope="col">{columns.changes}</th>
              <th scope="col" class="number">{columns.calls}</th>
              <th scope="col" class="number">{columns.took}</th>
            </tr>
          </thead>
          <tbody>{runs.map((run) => <RunLine key={run.run_id} run={run} />)}</tbody>
        </table>
      </div>
    </section>
  );
}

function RunLine({ run }: { run: Run }) {
  return (
    <tr>
      <th scope="row">{texts.runs.kinds[run.kind]}</th>
      <td>
        {run.status === "running"
          ? (
            <span class="run-progress">
              <progress
                max={100}
                value={run.progress.percent}
                aria-label={texts.runs.progress(texts.runs.kinds[run.kind])}
              />
              <span>{Math.floor(run.progress.percent)} %</span>
            </span>
          )
          : (
            <span class={`badge status-${run.status}`}>
              <span class="badge-dot" aria-hidden="true" />
              {texts.runs.states[run.status]}
            </span>
          )}
        {run.errors[0] && <p class="error run-error">{run.errors[0].message}</p>}
      </td>
      <td>
        <time dateTime={run.started_at} title={formatTime(run.started_at)}>
          {formatAgo(run.started_at)}
        </time>
      </td>
      <td>{summarize(run)}</td>
      <td class="number">{formatNumber(run.api_calls)}</td>
      <td class="number">{(run.duration_ms / 1_000).toFixed(1)} s</td>
    </tr>
  );
}

function summarize(run: Run): string {
  const { changes } = texts.runs;
  const parts = [
    [run.synced_items, changes.added],
    [run.updated_items, changes.updated],
    [run.deleted_items, changes.deleted],
    [run.pushed_items, changes.pushed],
    [run.conflicts, changes.conflicts],
    [run.error_count, changes.errors],
  ] as const;
  const told = parts.filter(([count]) => count > 0)
    .map(([count, word]) => `${formatNumber(count)} ${word}`);
  return told.length === 0 ? changes.none : told.join(", ");
}
