import { useEffect, useState } from "preact/hooks";
import type { EditableMediaItem, MediaItem } from "../../../../supabase/client/mod.ts";
import { decideConflict, type Side } from "../state/conflicts.ts";
import { nameOf } from "../state/format.ts";
import { pictureOf } from "../state/picture.ts";
import { useApp } from "../state/use-app.ts";
import { texts } from "../texts/mod.ts";
import { ConflictValues } from "./conflict-values.tsx";
import { Thumbnail } from "./thumbnail.tsx";

interface ConflictCardProps {
  item: MediaItem;
  onDecided(): Promise<void>;
}

/** One asset in conflict: a click decides for all values of a side, or value by value. */
export function ConflictCard({ item, onDecided }: ConflictCardProps) {
  const { media, notices, router, state } = useApp();
  const [asset, setAsset] = useState<EditableMediaItem | undefined>();
  const [choices, setChoices] = useState<Readonly<Record<string, Side>>>({});
  const [isBusy, setIsBusy] = useState(false);
  useEffect(() => {
    media.get(item.id).then((answer) => setAsset(answer.item), (error) => notices.fail(error));
  }, [item.id, item.updated_at]);
  const conflicts = Object.entries(asset?.conflicts ?? {});
  const decide = async (chosen: Readonly<Record<string, Side>>) => {
    setIsBusy(true);
    try {
      await decideConflict(media, asset!, chosen);
      notices.tell(texts.conflicts.decided(nameOf(item)));
      state.refreshSoon();
      await onDecided();
    } catch (error) {
      notices.fail(error);
    } finally {
      setIsBusy(false);
    }
  };
  const choose = (field: string, side: Side) => {
    const next = { ...choices, [field]: side };
    setChoices(next);
    // With the last value everything is said.
    if (conflicts.every(([name]) => next[name] !== undefined)) decide(next);
  };
  const all = (side: Side) => decide(Object.fromEntries(conflicts.map(([field]) => [field, side])));
  return (
    <article class="card conflict" aria-label={nameOf(item)} aria-busy={isBusy}>
      <header class="conflict-head">
        <Thumbnail item={item} source={pictureOf(item)} />
        <div class="conflict-title">
          <h2>
            <a href={router.address({ view: "conflicts", asset: item.id })}>{nameOf(item)}</a>
          </h2>
          <p class="quiet">{item.folder || texts.asset.rootFolder}</p>
        </div>
        {conflicts.length > 1 && (
          <div class="conflict-all">
            {(["database", "cloudinary"] as const).map((side) => (
              <button
                type="button"
                key={side}
                class="button"
                disabled={isBusy}
                onClick={() => all(side)}
              >
                {texts.conflicts.keepAll[side]}
              </button>
            ))}
          </div>
        )}
      </header>
      {asset === undefined
        ? <p class="quiet" role="status">{texts.loading}</p>
        : conflicts.map(([field, conflict]) => (
          <ConflictValues
            key={field}
            field={field}
            conflict={conflict}
            chosen={choices[field]}
            isBusy={isBusy}
            onChoose={(side) => choose(field, side)}
          />
        ))}
    </article>
  );
}
