import { useEffect } from "preact/hooks";
import type { EditableMediaItem } from "../../../../supabase/client/mod.ts";
import { switchedOffChoices } from "../state/metadata-values.ts";
import { useApp } from "../state/use-app.ts";
import { texts } from "../texts/mod.ts";

/** Why Cloudinary refused an asset's last edit, with the choices that it may have refused because they are no longer offered. */
export function Refusal({ item }: { item: EditableMediaItem }) {
  const { metadataFields } = useApp();
  const reason = item.sync_error ?? texts.asset.refused;
  useEffect(() => {
    metadataFields.need();
  }, []);
  const held = switchedOffChoices(metadataFields.fields.value ?? [], item.metadata ?? {}, reason);
  return (
    <>
      {reason}
      {held.map(({ label, choices }) => (
        <span key={label}>{` ${texts.asset.holdsSwitchedOff(label, choices)}`}</span>
      ))}
    </>
  );
}
