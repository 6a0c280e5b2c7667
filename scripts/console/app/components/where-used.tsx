import type { MediaItemAnswer } from "../../../../supabase/client/mod.ts";
import { useApp } from "../state/use-app.ts";
import { texts } from "../texts/mod.ts";
import { Disclosure } from "./disclosure.tsx";
import { Icon } from "./icon.tsx";

interface WhereUsedProps {
  answer: MediaItemAnswer;
  onChange(): Promise<void>;
}

/** The collections that an asset stands in, and the places of apps that show it. */
export function WhereUsed({ answer: { item, usage, collections }, onChange }: WhereUsedProps) {
  const { media, session, notices } = useApp();
  const leave = async (collectionId: string) => {
    try {
      await media.collections.remove(collectionId, item.id);
      await onChange();
    } catch (error) {
      notices.fail(error);
    }
  };
  return (
    <>
      <Disclosure title={texts.asset.collections(collections.length)}>
        {collections.length === 0 && <p class="quiet">{texts.asset.noCollections}</p>}
        <ul class="plain-list">
          {collections.map(({ collection }) => (
            <li key={collection.id}>
              <Icon name="collection" />
              <span>{collection.name}</span>
              {session.canEdit.value && (
                <button
                  type="button"
                  class="button-icon"
                  aria-label={texts.collecting.leave(collection.name)}
                  onClick={() => leave(collection.id)}
                >
                  <Icon name="close" size={16} />
                </button>
              )}
            </li>
          ))}
        </ul>
      </Disclosure>
      <Disclosure title={texts.asset.usage(usage.length)}>
        {usage.length === 0 && <p class="quiet">{texts.asset.noUsage}</p>}
        <ul class="plain-list">
          {usage.map((use) => (
            <li key={use.id}>
              <Icon name="link" />
              <span>
                {use.usage_type}{" "}
                <span class="quiet">
                  {use.reference_table} {use.reference_id}
                  {use.field && ` · ${use.field}`}
                </span>
              </span>
            </li>
          ))}
        </ul>
      </Disclosure>
    </>
  );
}
