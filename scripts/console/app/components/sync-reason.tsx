import { useEffect, useState } from "preact/hooks";
import { useApp } from "../state/use-app.ts";
import { texts } from "../texts/mod.ts";

/** Why an asset's last edit was refused; lists do not tell it. */
export function SyncReason({ id, version }: { id: string; version: string }) {
  const { media } = useApp();
  const [reason, setReason] = useState<string | undefined>();
  useEffect(() => {
    media.get(id).then(
      ({ item }) => setReason(item.sync_error ?? texts.asset.refused),
      (error) => setReason(error instanceof Error ? error.message : String(error)),
    );
  }, [id, version]);
  return <span class="error">{reason ?? texts.loading}</span>;
}
