import { useEffect, useId, useRef, useState } from "preact/hooks";
import { texts } from "../texts/mod.ts";
import { Icon } from "./icon.tsx";

interface InlineEditProps {
  label: string;
  value: string;
  /** What is shown where the value is empty. */
  empty?: string;
  /** Absent where it cannot be changed. Throws where it is not taken, with a sentence. */
  onSave?: ((value: string) => Promise<void>) | undefined;
  maxLength?: number;
  isRequired?: boolean;
  isMultiline?: boolean;
  class?: string;
}

/** A value that turns into a field when one wants to change it: Enter saves, Escape leaves it as it was. */
export function InlineEdit(props: InlineEditProps) {
  const { label, value, empty = "–", onSave, isRequired, maxLength, isMultiline } = props;
  const [draft, setDraft] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [isSaving, setIsSaving] = useState(false);
  const id = useId();
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const isEditing = draft !== null;
  useEffect(() => {
    if (isEditing) field.current?.focus();
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
  if (!isEditing) {
    return (
      <div class={`fact ${props.class ?? ""}`}>
        <span class="fact-label">{label}</span>
        <span class="fact-value">{value === "" ? <span class="quiet">{empty}</span> : value}</span>
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
  const shared = {
    id,
    ref: field,
    value: draft,
    maxLength,
    disabled: isSaving,
    "aria-invalid": error !== null,
    "aria-describedby": error === null ? undefined : `${id}-error`,
  };
  return (
    <form
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
      <label class="fact-label" for={id}>{label}</label>
      {isMultiline
        ? <textarea {...shared} rows={3} onInput={(event) => setDraft(event.currentTarget.value)} />
        : (
          <input
            {...shared}
            type="text"
            onInput={(event) => setDraft(event.currentTarget.value)}
          />
        )}
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
