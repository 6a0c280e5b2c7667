import { useId, useState } from "preact/hooks";
import { texts } from "../texts/mod.ts";
import { Disclosure } from "./disclosure.tsx";
import { Icon } from "./icon.tsx";
import { InlineEdit } from "./inline-edit.tsx";

interface ContextEditorProps {
  context: Record<string, string>;
  onSave?: ((change: Record<string, string | null>) => Promise<void>) | undefined;
}

/** Keys and values that people gave; `alt` and `caption` have fields from the beginning. */
export function ContextEditor({ context, onSave }: ContextEditorProps) {
  const keys = [...new Set([...(onSave ? ["alt", "caption"] : []), ...Object.keys(context)])];
  return (
    <Disclosure title={texts.asset.context} isOpen>
      {keys.length === 0 && <p class="quiet">{texts.asset.noContext}</p>}
      {keys.map((key) => (
        <InlineEdit
          key={key}
          label={key === "alt" ? texts.asset.alt : key === "caption" ? texts.asset.caption : key}
          value={context[key] ?? ""}
          maxLength={10_000}
          isMultiline
          onSave={onSave && ((value) => onSave({ [key]: value === "" ? null : value }))}
        />
      ))}
      {onSave && <NewKey taken={keys} onSave={onSave} />}
    </Disclosure>
  );
}

interface NewKeyProps {
  taken: readonly string[];
  onSave(change: Record<string, string>): Promise<void>;
}

function NewKey({ taken, onSave }: NewKeyProps) {
  const id = useId();
  const [key, setKey] = useState("");
  const [value, setValue] = useState("");
  const [error, setError] = useState<string | null>(null);
  const add = async () => {
    if (taken.includes(key.trim())) return setError(texts.asset.keyTaken);
    try {
      await onSave({ [key.trim()]: value });
      setKey("");
      setValue("");
      setError(null);
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : String(failure));
    }
  };
  return (
    <form
      class="new-key"
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <label class="hidden-text" for={`${id}-key`}>{texts.asset.newKey}</label>
      <input
        id={`${id}-key`}
        value={key}
        maxLength={255}
        placeholder={texts.asset.newKey}
        onInput={(event) => setKey(event.currentTarget.value)}
      />
      <label class="hidden-text" for={`${id}-value`}>{texts.asset.newValue}</label>
      <input
        id={`${id}-value`}
        value={value}
        maxLength={10_000}
        placeholder={texts.asset.newValue}
        onInput={(event) => setValue(event.currentTarget.value)}
      />
      <button
        type="submit"
        class="button-icon"
        aria-label={texts.asset.addKey}
        disabled={key.trim() === "" || value === ""}
      >
        <Icon name="plus" />
      </button>
      {error !== null && <p class="error" role="alert">{error}</p>}
    </form>
  );
}
