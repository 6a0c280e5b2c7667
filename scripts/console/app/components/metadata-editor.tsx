import { useEffect } from "preact/hooks";
import type { Edit, MetadataField } from "../../../../supabase/client/mod.ts";
import { fromDraft, toDraft, toShown } from "../state/metadata-values.ts";
import { useApp } from "../state/use-app.ts";
import { texts } from "../texts/mod.ts";
import { Disclosure } from "./disclosure.tsx";
import { toText } from "./history.tsx";
import { InlineEdit } from "./inline-edit.tsx";
import { MetadataInput } from "./metadata-input.tsx";
import { Trouble } from "./trouble.tsx";

interface MetadataEditorProps {
  metadata: Record<string, unknown>;
  onSave?: ((change: NonNullable<Edit["metadata"]>) => Promise<void>) | undefined;
}

/** Structured metadata, edited by the fields that Cloudinary defines. */
export function MetadataEditor({ metadata, onSave }: MetadataEditorProps) {
  const { metadataFields, session } = useApp();
  const canAsk = session.canEdit.value;
  useEffect(() => {
    if (canAsk) metadataFields.need();
  }, [canAsk]);
  const fields = canAsk ? metadataFields.fields.value ?? [] : [];
  const error = canAsk ? metadataFields.error.value : undefined;
  const others = Object.keys(metadata)
    .filter((key) => !fields.some(({ external_id }) => external_id === key));
  if (fields.length + others.length === 0 && error === undefined) return null;
  return (
    <Disclosure title={texts.asset.metadata} isOpen>
      <Trouble error={error} onRetry={() => metadataFields.need()} />
      {fields.map((field) => (
        <FieldEdit
          key={field.external_id}
          field={field}
          value={metadata[field.external_id]}
          onSave={onSave}
        />
      ))}
      {others.length > 0 && (
        <dl class="fact-list">
          {others.map((key) => (
            <div key={key}>
              <dt>{key}</dt>
              <dd>{toText(metadata[key])}</dd>
            </div>
          ))}
        </dl>
      )}
    </Disclosure>
  );
}

interface FieldEditProps extends Pick<MetadataEditorProps, "onSave"> {
  field: MetadataField;
  value: unknown;
}

function FieldEdit({ field, value, onSave }: FieldEditProps) {
  const held = toDraft(field, value);
  const save = async (draft: string) => {
    const wanted = fromDraft(field, draft);
    if (wanted === undefined) throw new Error(texts.asset.notOfType[field.type]);
    await onSave!({ [field.external_id]: wanted });
  };
  return (
    <InlineEdit
      label={field.label}
      note={field.mandatory ? texts.asset.mandatory : undefined}
      value={held}
      shown={toShown(field, held)}
      isRequired={field.mandatory}
      isGroup={field.type === "set"}
      control={(control) => <MetadataInput {...control} field={field} held={held} />}
      onSave={onSave && save}
    />
  );
}
