import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { texts } from "../texts/mod.ts";
import { Icon } from "./icon.tsx";

/** What the control of a field is given. */
export interface EditControl {
  draft: string;
  onDraft(draft: string): void;
  /** What every control carries, so that its label and its error belong to it. */
  shared: {
    id: string;
    disabled: boolean;
    "aria-invalid": boolean;
    "aria-describedby": string | undefined;
  };
}

interface InlineEditProps {
  label: string;
  /** Said beside the label. */
  note?: string | undefined;
  value: string;
  /** How the value is shown; by default as it is. */
  shown?: string;
  /** What is shown where the value is empty. */
  empty?: string;
  /** Absent where it cannot be changed. Throws where it is not taken, with a sentence. */
  onSave?: ((value: string) => Promise<void>) | undefined;
  maxLength?: number;
  isRequired?: boolean;
  isMultiline?: boolean;
  /** Another control than a line or a paragraph of text. */
  control?: (control: EditControl) => ComponentChildren;
  /** Whether that control is several, which are labelled as a group. */
  isGroup?: boolean;
  class?: string;
}

/** A value that turns into a field when one wants to change it: Enter saves, Escape leaves it as it was. */
export function InlineEdit(props: InlineEditProps) {
  const { label, note, value, shown = value, empty = "–", onSave, isRequired } = props;
  const [draft, setDraft] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [isSaving, setIsSaving] = useState(false);
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const isEditing = draft !== null;
  useEffect(() => {
    if (isEditing) form.current?.querySelector<HTMLElement>("input, textarea, select")?.focus();
  }, [isEditing]);
  const leave = () => {
    setDraft(null);
    setError(null);
    requestAnimationFrame(() => opener.current?.focus());
  };
  const save = async () => {
    const wanted = draft ?? "";
    if (wanted === value) return leave();
    if (isRequired && wanted.trim() === "") return setError(texts.mustNotBeEmpty);
    setIsSaving(true);
    try {
      await onSave!(wanted);
      leave();
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : String(failure));
    } finally {
      setIsSaving(false);
    }
  };
  const head = <>{label}{note && <span class="fact-note">{note}</span>}</>;
  if (!isEditing) {
    return (
      <div class={`fact ${props.class ?? ""}`}>
        <span class="fact-label">{head}</span>
        <span class="fact-value">{value === "" ? <span class="quiet">{empty}</span> : shown}</span>
        {onSave && (
          <button
            ref={opener}
            type="button"
            class="button-icon fact-edit"
            aria-label={texts.asset.editField(label)}
            onClick={() => setDraft(value)}
          >
            <Icon name="edit" size={16} />
          </button>
        )}
      </div>
    );
  }
  const control: EditControl = {
    draft,
    onDraft: setDraft,
    shared: {
      id,
      disabled: isSaving,
      "aria-invalid": error !== null,
      "aria-describedby": error === null ? undefined : `${id}-error`,
    },
  };
  return (
    <form
      ref={form}
      class="fact fact-editing"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        leave();
      }}
    >
      {props.isGroup
        ? <span class="fact-label" id={`${id}-label`}>{head}</span>
        : <label class="fact-label" for={id}>{head}</label>}
      {props.control?.(control) ?? <TextControl {...props} {...control} />}
      {error !== null && <p class="error" id={`${id}-error`} role="alert">{error}</p>}
      <div class="fact-buttons">
        <button type="submit" class="button button-primary" disabled={isSaving}>
          {texts.save}
        </button>
        <button type="button" class="button" onClick={leave}>{texts.cancel}</button>
      </div>
    </form>
  );
}

interface TextControlProps
  extends EditControl, Pick<InlineEditProps, "maxLength" | "isMultiline"> {}

function TextControl({ draft, onDraft, shared, maxLength, isMultiline }: TextControlProps) {
  const all = { ...shared, value: draft, maxLength };
  return isMultiline
    ? <textarea {...all} rows={3} onInput={(event) => onDraft(event.currentTarget.value)} />
    : <input {...all} type="text" onInput={(event) => onDraft(event.currentTarget.value)} />;
}
