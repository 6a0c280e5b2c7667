import { AssetGrid } from "../components/asset-grid.tsx";
import { DropZone } from "../components/drop-zone.tsx";
import { EmptyState } from "../components/empty-state.tsx";
import { FileButton } from "../components/file-button.tsx";
import { Filters } from "../components/filters.tsx";
import { Icon } from "../components/icon.tsx";
import { LayoutSwitch } from "../components/layout-switch.tsx";
import { SearchBar } from "../components/search-bar.tsx";
import { SelectionBar } from "../components/selection-bar.tsx";
import { SortControl } from "../components/sort-control.tsx";
import { formatNumber } from "../state/format.ts";
import { pictureOf } from "../state/picture.ts";
import { useApp } from "../state/use-app.ts";
import { texts } from "../texts/mod.ts";

/** The library: search, filters, order, and the assets. */
export function LibraryView() {
  const { library, session, preferences, router, uploads } = useApp();
  const assets = library.assets.value;
  const canEdit = session.canEdit.value;
  const total = assets?.total.value;
  const upload = (files: File[]) => {
    const { folder } = library.query.peek() ?? {};
    uploads.add(files, folder ? { folder } : {});
  };
  return (
    <DropZone onFiles={canEdit ? upload : undefined} label={texts.uploads.drop}>
      <header class="view-head">
        <h1>{texts.views.library}</h1>
        <span class="quiet view-count" role="status">
          {total !== undefined &&
            texts.library.count(formatNumber(total), assets!.isExact.value, total)}
        </span>
        <span class="spacer" />
        {canEdit && (
          <FileButton class="button button-primary" onFiles={upload}>
            <Icon name="upload" /> {texts.uploads.button}
          </FileButton>
        )}
      </header>
      <div class="toolbar">
        <SearchBar library={library} />
        <Filters library={library} />
        <span class="spacer" />
        <SortControl library={library} />
        <LayoutSwitch />
      </div>
      {assets?.error.value instanceof Error && (
        <p class="callout callout-error" role="alert">
          <Icon name="warning" />
          <span>{assets.error.value.message}</span>
          <button type="button" class="button" onClick={() => assets.refresh()}>
            {texts.tryAgain}
          </button>
        </p>
      )}
      {assets && total === 0 && (
        <EmptyState
          icon={library.isNarrowed.value ? "search" : "library"}
          title={library.isNarrowed.value ? texts.library.nothingFound : texts.library.empty}
          text={library.isNarrowed.value
            ? texts.library.nothingFoundAdvice
            : canEdit
            ? texts.library.emptyAdvice
            : ""}
        />
      )}
      {assets && (
        <AssetGrid
          library={library}
          layout={preferences.layout.value}
          canSelect={canEdit}
          openId={router.asset.value}
          onOpen={({ id }) => router.go({ view: "library", asset: id })}
          picture={pictureOf}
          label={texts.views.library}
        />
      )}
      {canEdit && <SelectionBar />}
    </DropZone>
  );
}
