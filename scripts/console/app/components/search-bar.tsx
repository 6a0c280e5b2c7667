import { useEffect, useRef } from "preact/hooks";
import type { Library } from "../state/library.ts";
import { texts } from "../texts/mod.ts";
import { Icon } from "./icon.tsx";

/** The library's search, answered while one types; `/` comes here from anywhere. */
export function SearchBar({ library }: { library: Library }) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      // Within a custom element the event's own target is the element.
      const [target] = event.composedPath();
      const isTyping = target instanceof Element &&
        target.closest("input, textarea, select, dialog, [contenteditable]") !== null;
      if (event.key !== "/" || isTyping) return;
      event.preventDefault();
      input.current?.focus();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  return (
    <label class="search">
      <Icon name="search" />
      <span class="hidden-text">{texts.library.search}</span>
      <input
        ref={input}
        type="search"
        placeholder={texts.library.searchHint}
        value={library.search.value}
        onInput={(event) => library.type(event.currentTarget.value)}
        maxLength={200}
      />
      <kbd aria-hidden="true">/</kbd>
    </label>
  );
}
