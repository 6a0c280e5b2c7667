import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { BlockedRun } from "../components/blocked-run.tsx";
import { HealthCard } from "../components/health-card.tsx";
import { Icon } from "../components/icon.tsx";
import { QuotaCard } from "../components/quota-card.tsx";
import { RunTable } from "../components/run-table.tsx";
import { SnapshotPlots } from "../components/snapshot-plots.tsx";
import { Trouble } from "../components/trouble.tsx";
import { useSyncOverview } from "../state/use-sync-overview.ts";
import { useApp } from "../state/use-app.ts";
import { texts } from "../texts/mod.ts";

/** How the sync is doing: health with its advice, runs, the quota, and figures over time. */
export function StatusView() {
  const { media, notices } = useApp();
  const { overview, error, refresh } = useSyncOverview();
  const isBusy = useSignal(false);
  useEffect(() => void refresh(), []);
  const run = async (request: { full?: boolean }) => {
    isBusy.value = true;
    try {
      const { message } = await media.sync({ ...request, background: true });
      notices.tell(message);
    } catch (failure) {
      notices.fail(failure);
    } finally {
      isBusy.value = false;
      refresh();
    }
  };
  const blocked = overview?.sync_status.failed_runs.filter(({ status }) => status === "blocked");
  return (
    <div class="page" tabIndex={0} role="group" aria-label={texts.views.status}>
      <header class="view-head">
        <h1>{texts.views.status}</h1>
        <span class="spacer" />
        <button
          type="button"
          class="button"
          disabled={isBusy.value}
          onClick={() => run({ full: true })}
        >
          {texts.status.full}
        </button>
        <button
          type="button"
          class="button button-primary"
          disabled={isBusy.value}
          onClick={() => run({})}
        >
          <Icon name="sync" /> {texts.status.syncNow}
        </button>
      </header>
      <div class="page-body">
        <Trouble error={error} onRetry={refresh} />
        {overview === undefined && !error && <p class="quiet" role="status">{texts.loading}</p>}
        {overview && (
          <>
            {blocked?.map(({ run_id }) => (
              <BlockedRun
                key={run_id}
                runId={run_id}
                run={overview.runs.find((known) => known.run_id === run_id)}
                onAllowed={refresh}
              />
            ))}
            <div class="status-grid">
              <HealthCard health={overview.health} />
              <QuotaCard overview={overview} />
            </div>
            <SnapshotPlots />
            <RunTable runs={overview.runs} />
          </>
        )}
      </div>
    </div>
  );
}
