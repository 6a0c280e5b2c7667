import { EmptyState } from "../components/empty-state.tsx";
import { QuarantineList } from "../components/quarantine-list.tsx";
import { Trouble } from "../components/trouble.tsx";
import { WaitingList } from "../components/waiting-list.tsx";
import { useApp } from "../state/use-app.ts";
import { useAssetList } from "../state/use-asset-list.ts";
import { texts } from "../texts/mod.ts";

/** What has not reached the other side: what failed and why, what waits, and what cannot be stored. */
export function WaitingView() {
  const { session, state } = useApp();
  const failed = useAssetList({ sync_status: "error" });
  const pending = useAssetList({ sync_status: "pending" });
  const deletions = useAssetList({ sync_status: "pending", deleted: true });
  const refusedDeletions = useAssetList({ sync_status: "error", deleted: true });
  const lists = [failed, pending, deletions, refusedDeletions];
  const isEmpty = lists.every(({ items }) => items?.length === 0);
  const refresh = async () => {
    await Promise.all(lists.map((list) => list.refresh()));
    state.refreshSoon();
  };
  return (
    <div class="page" tabIndex={0} role="group" aria-label={texts.views.waiting}>
      <header class="view-head">
        <h1>{texts.views.waiting}</h1>
      </header>
      <div class="page-body">
        <Trouble error={lists.find(({ error }) => error)?.error} onRetry={refresh} />
        {isEmpty && (
          <EmptyState icon="check" title={texts.waiting.none} text={texts.waiting.noneAdvice} />
        )}
        <WaitingList title={texts.waiting.failed} list={failed} onRetried={refresh} canRetry />
        <WaitingList
          title={texts.waiting.failedDeletions}
          list={refusedDeletions}
          onRetried={refresh}
          canRetry
        />
        <WaitingList title={texts.waiting.pending} list={pending} onRetried={refresh} />
        <WaitingList title={texts.waiting.deletions} list={deletions} onRetried={refresh} />
        {session.isAdmin.value && <QuarantineList />}
      </div>
    </div>
  );
}
