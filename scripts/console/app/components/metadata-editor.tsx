import type { Edit } from "../../../../supabase/client/mod.ts";
import { texts } from "../texts/mod.ts";
import { Disclosure } from "./disclosure.tsx";
import { toText } from "./history.tsx";

interface MetadataEditorProps {
  metadata: Record<string, unknown>;
  onSave?: ((change: NonNullable<Edit["metadata"]>) => Promise<void>) | undefined;
}

/** Structured metadata. */
export function MetadataEditor({ metadata }: MetadataEditorProps) {
  const entries = Object.entries(metadata);
  if (entries.length === 0) return null;
  return (
    <Disclosure title={texts.asset.metadata} isOpen>
      <dl class="fact-list">
        {entries.map(([key, value]) => (
          <div key={key}>
            <dt>{key}</dt>
            <dd>{toText(value)}</dd>
          </div>
        ))}
      </dl>
    </Disclosure>
  );
}
