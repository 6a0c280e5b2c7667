import { useEffect, useId, useState } from "preact/hooks";
import type { MediaCollection, MediaItem } from "../../../../supabase/client/mod.ts";
import { useApp } from "../state/use-app.ts";
import { texts } from "../texts/mod.ts";
import { Dialog } from "./dialog.tsx";
import { Icon } from "./icon.tsx";

interface AddToCollectionProps {
  items: readonly MediaItem[];
  onClose(): void;
}

/** Asks for the collection that assets are to stand in, or for the name of a new one. */
export function AddToCollectionDialog({ items, onClose }: AddToCollectionProps) {
  const { media, notices } = useApp();
  const id = useId();
  const [collections, setCollections] = useState<MediaCollection[] | undefined>();
  const [name, setName] = useState("");
  useEffect(() => {
    media.collections.list().then(setCollections, (error) => notices.fail(error));
  }, []);
  const add = async (find: () => Promise<MediaCollection>) => {
    try {
      const collection = await find();
      const ids = await media.collections.add(collection.id, items.map((item) => item.id));
      notices.tell(texts.collecting.added(ids.length, collection.name));
      onClose();
    } catch (error) {
      notices.fail(error);
    }
  };
  return (
    <Dialog title={texts.collecting.title(items.length)} onClose={onClose}>
      {collections === undefined && <p class="quiet" role="status">{texts.loading}</p>}
      {collections !== undefined && collections.length > 0 && (
        <ul class="choices">
          {collections.map((collection) => (
            <li key={collection.id}>
              <button type="button" onClick={() => add(() => Promise.resolve(collection))}>
                <Icon name="collection" />
                <span class="choice-name">{collection.name}</span>
                {collection.is_public && <span class="quiet">{texts.collecting.isPublic}</span>}
              </button>
            </li>
          ))}
        </ul>
      )}
      <form
        class="field"
        onSubmit={(event) => {
          event.preventDefault();
          const wanted = name.trim();
          if (wanted !== "") {
            add(() => media.collections.create({ name: wanted, slug: toSlug(wanted) }));
          }
        }}
      >
        <label for={id}>{texts.collecting.create}</label>
        <div class="field-line">
          <input
            id={id}
            value={name}
            maxLength={100}
            onInput={(event) => setName(event.currentTarget.value)}
          />
          <button type="submit" class="button" disabled={toSlug(name) === ""}>
            <Icon name="plus" /> {texts.collecting.createButton}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** A name as it stands in addresses: lower-case letters, digits and hyphens. */
export function toSlug(name: string): string {
  return name.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
}
