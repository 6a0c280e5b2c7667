import type { MetadataField } from "../../../../supabase/client/mod.ts";
import { choicesFor, heldChoices, readSet, writeSet } from "../state/metadata-values.ts";
import { texts } from "../texts/mod.ts";
import type { EditControl } from "./inline-edit.tsx";

interface MetadataInputProps extends EditControl {
  field: MetadataField;
  /** What the asset holds. */
  held: string;
}

/** The control for a value of structured metadata, by its field's type. */
export function MetadataInput(props: MetadataInputProps) {
  const { field, held, draft, onDraft, shared } = props;
  if (field.type === "set") return <SetInput {...props} />;
  if (field.type === "enum") {
    return (
      <div class="select select-wide">
        <select
          {...shared}
          value={draft}
          onChange={(event) => onDraft(event.currentTarget.value)}
        >
          {(!field.mandatory || held === "") && <option value="">{texts.nothing}</option>}
          {choicesFor(field, heldChoices(field, held)).map((choice) => (
            <option key={choice.external_id} value={choice.external_id}>
              {nameOf(choice)}
            </option>
          ))}
        </select>
      </div>
    );
  }
  const onInput = (event: { currentTarget: { value: string } }) =>
    onDraft(event.currentTarget.value);
  if (field.type === "integer") {
    return <input {...shared} type="number" step={1} value={draft} onInput={onInput} />;
  }
  if (field.type === "date") {
    return <input {...shared} type="date" max="9999-12-31" value={draft} onInput={onInput} />;
  }
  return <textarea {...shared} rows={2} value={draft} onInput={onInput} />;
}

function SetInput({ field, held, draft, onDraft, shared }: MetadataInputProps) {
  const chosen = readSet(draft);
  const { id, disabled, "aria-describedby": described } = shared;
  return (
    <div
      class="check-list"
      role="group"
      aria-labelledby={`${id}-label`}
      aria-describedby={described}
    >
      {choicesFor(field, heldChoices(field, held)).map((choice) => {
        const { external_id } = choice;
        const isChosen = chosen.includes(external_id);
        return (
          <label key={external_id}>
            <input
              type="checkbox"
              checked={isChosen}
              disabled={disabled}
              onChange={() =>
                onDraft(
                  writeSet(
                    isChosen
                      ? chosen.filter((one) => one !== external_id)
                      : [...chosen, external_id],
                  ),
                )}
            />
            <span>{nameOf(choice)}</span>
          </label>
        );
      })}
    </div>
  );
}

function nameOf({ value, state }: { value: string; state: string }): string {
  return state === "active" ? value : texts.asset.notOffered(value);
}
