import { useEffect, useState } from "preact/hooks";
import type { EditableMediaItem } from "../../../../supabase/client/mod.ts";
import { useApp } from "../state/use-app.ts";
import { texts } from "../texts/mod.ts";
import { Refusal } from "./refusal.tsx";

/** Why an asset's last edit was refused; lists do not tell it. */
export function SyncReason({ id, version }: { id: string; version: string }) {
  const { media } = useApp();
  const [item, setItem] = useState<EditableMediaItem | undefined>();
  const [trouble, setTrouble] = useState<string | undefined>();
  useEffect(() => {
    media.get(id).then(
      (answer) => setItem(answer.item),
      (error) => setTrouble(error instanceof Error ? error.message : String(error)),
    );
  }, [id, version]);
  return (
    <span class="error">
      {item === undefined ? trouble ?? texts.loading : <Refusal item={item} />}
    </span>
  );
}
