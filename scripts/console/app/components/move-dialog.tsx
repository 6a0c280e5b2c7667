import { useEffect, useId, useState } from "preact/hooks";
import type { MediaItem } from "../../../../supabase/client/mod.ts";
import { useApp } from "../state/use-app.ts";
import { texts } from "../texts/mod.ts";
import { Dialog } from "./dialog.tsx";

interface MoveDialogProps {
  items: readonly MediaItem[];
  onClose(): void;
  onDone(folder: string): Promise<void>;
}

/** Asks for the folder that assets are to be in; the frequent ones are proposed. */
export function MoveDialog({ items, onClose, onDone }: MoveDialogProps) {
  const { media, notices } = useApp();
  const id = useId();
  const [folder, setFolder] = useState(items[0]?.folder ?? "");
  const [known, setKnown] = useState<string[]>([]);
  useEffect(() => {
    media.facets().then(
      (facets) => setKnown(facets.folder.map(({ value }) => value).filter((value) => value !== "")),
      (error) => notices.fail(error),
    );
  }, []);
  return (
    <Dialog
      title={texts.moving.title(items.length)}
      onClose={onClose}
      actions={
        <>
          <button type="button" class="button" onClick={onClose}>{texts.cancel}</button>
          <button type="submit" form={`${id}-form`} class="button button-primary">
            {texts.moving.move}
          </button>
        </>
      }
    >
      <form
        id={`${id}-form`}
        class="field"
        onSubmit={(event) => {
          event.preventDefault();
          onDone(folder.trim().replace(/^\/+|\/+$/g, ""));
        }}
      >
        <label for={id}>{texts.moving.folder}</label>
        <input
          id={id}
          list={`${id}-known`}
          value={folder}
          maxLength={1_000}
          autofocus
          placeholder={texts.moving.hint}
          onInput={(event) => setFolder(event.currentTarget.value)}
        />
        <datalist id={`${id}-known`}>
          {known.map((value) => <option key={value} value={value} />)}
        </datalist>
        <p class="quiet">{texts.moving.advice}</p>
      </form>
    </Dialog>
  );
}
