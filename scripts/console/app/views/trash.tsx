import { useEffect } from "preact/hooks";
import { AssetGrid } from "../components/asset-grid.tsx";
import { EmptyState } from "../components/empty-state.tsx";
import { Icon } from "../components/icon.tsx";
import { LayoutSwitch } from "../components/layout-switch.tsx";
import { SearchBar } from "../components/search-bar.tsx";
import { restoreAssets } from "../state/acts.ts";
import { formatNumber } from "../state/format.ts";
import { pictureOf } from "../state/picture.ts";
import { useApp } from "../state/use-app.ts";
import { texts } from "../texts/mod.ts";

/** What was deleted, and the way back. */
export function TrashView() {
  const app = useApp();
  const { trash, preferences, router } = app;
  useEffect(() => {
    trash.open();
    return () => trash.close();
  }, []);
  const assets = trash.assets.value;
  const total = assets?.total.value;
  const chosen = [...trash.selection.chosen.value.values()];
  return (
    <>
      <header class="view-head">
        <h1>{texts.views.trash}</h1>
        <span class="quiet view-count" role="status">
          {total !== undefined &&
            texts.library.count(formatNumber(total), assets!.isExact.value, total)}
        </span>
      </header>
      <div class="toolbar">
        <SearchBar library={trash} />
        <span class="spacer" />
        <LayoutSwitch />
      </div>
      {total === 0 && (
        <EmptyState
          icon="trash"
          title={trash.isNarrowed.value ? texts.library.nothingFound : texts.trash.empty}
          text={texts.trash.advice}
        />
      )}
      {assets && (
        <AssetGrid
          library={trash}
          layout={preferences.layout.value}
          canSelect
          openId={router.asset.value}
          onOpen={({ id }) => router.go({ view: "trash", asset: id })}
          picture={pictureOf}
          label={texts.views.trash}
        />
      )}
      {chosen.length > 0 && (
        <div class="selection-bar" role="toolbar" aria-label={texts.selection.title}>
          <button
            type="button"
            class="button-icon"
            aria-label={texts.selection.clear}
            onClick={() =>
              trash.selection.clear()}
          >
            <Icon name="close" />
          </button>
          <strong aria-live="polite">{texts.selection.count(chosen.length)}</strong>
          <span class="spacer" />
          <button
            type="button"
            class="button"
            onClick={() =>
              restoreAssets(app, chosen)}
          >
            <Icon name="undo" /> <span>{texts.trash.restore}</span>
          </button>
        </div>
      )}
    </>
  );
}
