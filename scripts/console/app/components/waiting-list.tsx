import { useState } from "preact/hooks";
import type { MediaItem } from "../../../../supabase/client/mod.ts";
import { formatAgo, nameOf } from "../state/format.ts";
import { retryAssets } from "../state/oversight.ts";
import { pictureOf } from "../state/picture.ts";
import type { AssetList } from "../state/use-asset-list.ts";
import { useApp } from "../state/use-app.ts";
import { texts } from "../texts/mod.ts";
import { SyncReason } from "./sync-reason.tsx";
import { Icon } from "./icon.tsx";
import { StatusBadge } from "./sync-status.tsx";
import { Thumbnail } from "./thumbnail.tsx";

interface WaitingListProps {
  title: string;
  list: AssetList;
  onRetried(): Promise<void>;
  canRetry?: boolean;
}

/** Assets that are not the same on both sides, each with why, and a way to try again. */
export function WaitingList({ title, list, onRetried, canRetry = false }: WaitingListProps) {
  const { supabase, notices } = useApp();
  const [isBusy, setIsBusy] = useState(false);
  const { items = [], total } = list;
  if (items.length === 0) return null;
  const retry = async (chosen: readonly MediaItem[]) => {
    setIsBusy(true);
    try {
      const retried = await retryAssets(supabase, chosen.map(({ id }) => id));
      notices.tell(texts.waiting.retried(retried.length));
      await onRetried();
    } catch (error) {
      notices.fail(error);
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <section class="card section" aria-label={title}>
      <header class="section-head">
        <h2>
          {title} <span class="quiet">{total}</span>
        </h2>
        {canRetry && (
          <button
            type="button"
            class="button"
            disabled={isBusy}
            onClick={() => retry(items)}
          >
            <Icon name="retry" /> {texts.waiting.retryAll}
          </button>
        )}
      </header>
      <ul class="lines">
        {items.map((item) => (
          <WaitingLine
            key={item.id}
            item={item}
            isBusy={isBusy}
            onRetry={canRetry ? () => retry([item]) : undefined}
          />
        ))}
      </ul>
      {total > items.length && <p class="quiet">{texts.waiting.more(total - items.length)}</p>}
    </section>
  );
}

interface WaitingLineProps {
  item: MediaItem;
  isBusy: boolean;
  onRetry: (() => void) | undefined;
}

function WaitingLine({ item, isBusy, onRetry }: WaitingLineProps) {
  const { router } = useApp();
  const name = nameOf(item);
  return (
    <li>
      <Thumbnail item={item} source={pictureOf(item)} />
      <div class="lines-text">
        <a href={router.address({ view: "waiting", asset: item.id })}>{name}</a>
        {item.sync_status === "error"
          ? <SyncReason id={item.id} version={item.updated_at} />
          : <span class="quiet">{texts.waiting.since(formatAgo(item.updated_at))}</span>}
      </div>
      <StatusBadge status={item.sync_status} />
      {onRetry && (
        <button
          type="button"
          class="button-icon"
          disabled={isBusy}
          aria-label={texts.waiting.retry(name)}
          title={texts.waiting.retry(name)}
          onClick={onRetry}
        >
          <Icon name="retry" />
        </button>
      )}
    </li>
  );
}
