import type { MediaItem } from "../../../../supabase/client/mod.ts";
import { deleteAssets, restoreAssets } from "../state/acts.ts";
import { useApp } from "../state/use-app.ts";
import { texts } from "../texts/mod.ts";
import { Icon } from "./icon.tsx";

/** What can be done with one asset. */
export function PanelActions({ item, onGone }: { item: MediaItem; onGone(): void }) {
  const app = useApp();
  const { session, notices } = app;
  const address = item.secure_url;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(address!);
      notices.tell(texts.asset.copied);
    } catch {
      notices.tell(texts.asset.notCopied, { kind: "error" });
    }
  };
  return (
    <>
      {address !== null && (
        <>
          <button
            type="button"
            class="button-icon"
            aria-label={texts.asset.copyUrl}
            title={texts.asset.copyUrl}
            onClick={copy}
          >
            <Icon name="link" />
          </button>
          <a
            class="button-icon"
            href={address}
            target="_blank"
            rel="noreferrer"
            aria-label={texts.asset.openOriginal}
            title={texts.asset.openOriginal}
          >
            <Icon name="download" />
          </a>
        </>
      )}
      {session.canEdit.value && (item.deleted_at === null
        ? (
          <button
            type="button"
            class="button-icon"
            aria-label={texts.asset.remove}
            title={texts.asset.remove}
            onClick={() => {
              onGone();
              deleteAssets(app, [item]);
            }}
          >
            <Icon name="trash" />
          </button>
        )
        : (
          <button
            type="button"
            class="button"
            onClick={() => {
              onGone();
              restoreAssets(app, [item]);
            }}
          >
            <Icon name="undo" /> {texts.trash.restore}
          </button>
        ))}
    </>
  );
}
