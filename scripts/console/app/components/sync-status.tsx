import type { MediaItem } from "../../../../supabase/client/mod.ts";
import { texts } from "../texts/mod.ts";

type Status = NonNullable<MediaItem["sync_status"]>;

/** Whether an asset is the same on both sides: a dot for everything that is not, with its word for those who do not see it. */
export function StatusDot({ status }: { status: Status | undefined }) {
  if (status === undefined || status === "synced") return null;
  const text = texts.syncStatus[status];
  return (
    <span class={`status-dot status-${status}`} title={text}>
      <span class="hidden-text">{text}</span>
    </span>
  );
}

/** The same in words. */
export function StatusBadge({ status }: { status: Status | undefined }) {
  if (status === undefined) return null;
  return (
    <span class={`badge status-${status}`} data-status={status}>
      <span class="badge-dot" aria-hidden="true" />
      {texts.syncStatus[status]}
    </span>
  );
}
