import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { SyncOverviewAnswer } from "../../../../supabase/client/mod.ts";
import { useApp } from "./use-app.ts";

/** Runs are not broadcast: while one is running it is asked for often, else now and then. */
const RUNNING_MS = 1_500;
const RESTING_MS = 10_000;

/** How the sync is doing, kept up to date while it is looked at. */
export interface SyncOverview {
  overview: SyncOverviewAnswer | undefined;
  error: unknown;
  refresh(): Promise<void>;
}

/** Reads how the sync is doing, again and again. Admins. */
export function useSyncOverview(): SyncOverview {
  const { media } = useApp();
  const overview = useSignal<SyncOverviewAnswer | undefined>(undefined);
  const error = useSignal<unknown>(undefined);
  const refresh = async () => {
    try {
      overview.value = await media.status();
      error.value = undefined;
    } catch (failure) {
      error.value = failure;
    }
  };
  const isRunning = overview.value?.runs.some(({ status }) => status === "running") ?? false;
  useEffect(() => {
    const timer = setInterval(
      () => !document.hidden && refresh(),
      isRunning ? RUNNING_MS : RESTING_MS,
    );
    return () => clearInterval(timer);
  }, [isRunning]);
  return { overview: overview.value, error: error.value, refresh };
}
