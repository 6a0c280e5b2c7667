import { useState } from "preact/hooks";
import type { EditOfMany, MediaItem } from "../../../../supabase/client/mod.ts";
import { texts } from "../texts/mod.ts";
import { Dialog } from "./dialog.tsx";
import { TagInput } from "./tag-input.tsx";

interface TagDialogProps {
  items: readonly MediaItem[];
  onClose(): void;
  onDone(edit: EditOfMany): Promise<void>;
}

/** Asks which tags many assets are to have, and to lose. */
export function TagDialog({ items, onClose, onDone }: TagDialogProps) {
  const [added, setAdded] = useState<readonly string[]>([]);
  const [removed, setRemoved] = useState<readonly string[]>([]);
  const known = [...new Set(items.flatMap(({ tags }) => tags))].sort();
  const isEmpty = added.length + removed.length === 0;
  return (
    <Dialog
      title={texts.tagging.title(items.length)}
      onClose={onClose}
      actions={
        <>
          <button type="button" class="button" onClick={onClose}>{texts.cancel}</button>
          <button
            type="button"
            class="button button-primary"
            disabled={isEmpty}
            onClick={() =>
              onDone({
                ...(added.length > 0 ? { add_tags: [...added] } : {}),
                ...(removed.length > 0 ? { remove_tags: [...removed] } : {}),
              })}
          >
            {texts.save}
          </button>
        </>
      }
    >
      <TagInput label={texts.tagging.add} tags={added} onChange={setAdded} />
      {known.length > 0 && (
        <fieldset class="field">
          <legend>{texts.tagging.remove}</legend>
          <div class="chips">
            {known.slice(0, 60).map((tag) => (
              <button
                type="button"
                key={tag}
                class="chip chip-toggle"
                aria-pressed={removed.includes(tag)}
                onClick={() =>
                  setRemoved(
                    removed.includes(tag)
                      ? removed.filter((one) => one !== tag)
                      : [...removed, tag],
                  )}
              >
                {tag}
              </button>
            ))}
          </div>
        </fieldset>
      )}
    </Dialog>
  );
}
