import { useState } from "preact/hooks";
import { deleteAssets, editMany } from "../state/acts.ts";
import { useApp } from "../state/use-app.ts";
import { texts } from "../texts/mod.ts";
import { AddToCollectionDialog } from "./collection-dialog.tsx";
import { Icon } from "./icon.tsx";
import { MoveDialog } from "./move-dialog.tsx";
import { TagDialog } from "./tag-dialog.tsx";

/** What can be done with the assets that are selected. */
export function SelectionBar() {
  const app = useApp();
  const { selection } = app.library;
  const [asked, setAsked] = useState<"tag" | "move" | "collection" | null>(null);
  const items = [...selection.chosen.value.values()];
  if (items.length === 0) return null;
  const close = () => setAsked(null);
  return (
    <>
      <div class="selection-bar" role="toolbar" aria-label={texts.selection.title}>
        <button
          type="button"
          class="button-icon"
          aria-label={texts.selection.clear}
          onClick={() => selection.clear()}
        >
          <Icon name="close" />
        </button>
        <strong aria-live="polite">{texts.selection.count(items.length)}</strong>
        <SelectAll />
        <span class="spacer" />
        <button
          type="button"
          class="button"
          title={texts.selection.tag}
          onClick={() => setAsked("tag")}
        >
          <Icon name="tag" /> <span>{texts.selection.tag}</span>
        </button>
        <button
          type="button"
          class="button"
          title={texts.selection.move}
          onClick={() => setAsked("move")}
        >
          <Icon name="folder" /> <span>{texts.selection.move}</span>
        </button>
        <button
          type="button"
          class="button"
          title={texts.selection.collect}
          onClick={() => setAsked("collection")}
        >
          <Icon name="collection" /> <span>{texts.selection.collect}</span>
        </button>
        <button
          type="button"
          class="button button-danger"
          title={texts.selection.remove}
          onClick={() => deleteAssets(app, items)}
        >
          <Icon name="trash" /> <span>{texts.selection.remove}</span>
        </button>
      </div>
      {asked === "tag" && (
        <TagDialog
          items={items}
          onClose={close}
          onDone={async (edit) => {
            if (await editMany(app, items, edit, texts.selection.tagged)) close();
          }}
        />
      )}
      {asked === "move" && (
        <MoveDialog
          items={items}
          onClose={close}
          onDone={async (folder) => {
            if (await editMany(app, items, { folder }, texts.selection.moved)) close();
          }}
        />
      )}
      {asked === "collection" && <AddToCollectionDialog items={items} onClose={close} />}
    </>
  );
}

/** Most assets that are selected at once; their facts are kept. */
const MOST = 5_000;

function SelectAll() {
  const { media, library, notices } = useApp();
  const [isReading, setIsReading] = useState(false);
  const total = library.assets.value?.total.value ?? 0;
  if (library.selection.size.value >= Math.min(total, MOST)) return null;
  const selectAll = async () => {
    setIsReading(true);
    try {
      const items = [];
      for await (const item of media.list(library.full.peek())) {
        items.push(item);
        if (items.length >= MOST) break;
      }
      library.selection.only(items);
    } catch (error) {
      notices.fail(error);
    } finally {
      setIsReading(false);
    }
  };
  return (
    <button type="button" class="button-quiet" disabled={isReading} onClick={selectAll}>
      {isReading ? texts.loading : texts.selection.all(Math.min(total, MOST))}
    </button>
  );
}
