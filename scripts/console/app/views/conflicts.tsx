import { ConflictCard } from "../components/conflict-card.tsx";
import { EmptyState } from "../components/empty-state.tsx";
import { Trouble } from "../components/trouble.tsx";
import { formatNumber } from "../state/format.ts";
import { useAssetList } from "../state/use-asset-list.ts";
import { texts } from "../texts/mod.ts";

/** Assets that were changed on both sides, each with its values side by side. */
export function ConflictsView() {
  const { items, total, error, refresh } = useAssetList({ sync_status: "conflict" });
  return (
    <div class="page" tabIndex={0} role="group" aria-label={texts.views.conflicts}>
      <header class="view-head">
        <h1>{texts.views.conflicts}</h1>
        <span class="quiet view-count" role="status">
          {items && texts.library.count(formatNumber(total), true, total)}
        </span>
      </header>
      <div class="page-body">
        <Trouble error={error} onRetry={refresh} />
        {items?.length === 0 && (
          <EmptyState icon="check" title={texts.conflicts.none} text={texts.conflicts.noneAdvice} />
        )}
        {items && items.length > 0 && <p class="quiet page-intro">{texts.conflicts.intro}</p>}
        {items?.map((item) => <ConflictCard key={item.id} item={item} onDecided={refresh} />)}
      </div>
    </div>
  );
}
