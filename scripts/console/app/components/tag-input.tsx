import { useId, useState } from "preact/hooks";
import { texts } from "../texts/mod.ts";
import { Icon } from "./icon.tsx";

interface TagInputProps {
  label: string;
  tags: readonly string[];
  onChange(tags: readonly string[]): void;
  isLabelHidden?: boolean;
}

/** A field for several words: Enter or a comma ends one, Backspace in the empty field takes the last one away. */
export function TagInput({ label, tags, onChange, isLabelHidden = false }: TagInputProps) {
  const id = useId();
  const [text, setText] = useState("");
  const add = (value: string) => {
    const words = value.split(",").map((word) => word.trim()).filter((word) => word !== "");
    const next = [...new Set([...tags, ...words])];
    setText("");
    if (next.length > tags.length) onChange(next);
  };
  return (
    <div class="field">
      <label for={id} class={isLabelHidden ? "hidden-text" : ""}>{label}</label>
      <div class="tag-input">
        {tags.map((tag) => (
          <span class="chip" key={tag}>
            {tag}
            <button
              type="button"
              aria-label={texts.tagging.take(tag)}
              onClick={() => onChange(tags.filter((one) => one !== tag))}
            >
              <Icon name="close" size={12} />
            </button>
          </span>
        ))}
        <input
          id={id}
          value={text}
          maxLength={255}
          placeholder={texts.tagging.hint}
          autocomplete="off"
          onInput={(event) => {
            const { value } = event.currentTarget;
            if (value.includes(",")) add(value);
            else setText(value);
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter" && text.trim() !== "") {
              event.preventDefault();
              add(text);
            } else if (event.key === "Backspace" && text === "" && tags.length > 0) {
              onChange(tags.slice(0, -1));
            }
          }}
          onBlur={() => add(text)}
        />
      </div>
    </div>
  );
}
