import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";

interface FileButtonProps {
  onFiles(files: File[]): void;
  /** As of an `<input type="file">`. */
  accept?: string | undefined;
  class?: string;
  children: ComponentChildren;
}

/** A button that asks for files. */
export function FileButton({ onFiles, accept, children, ...rest }: FileButtonProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class={rest.class} onClick={() => input.current?.click()}>
        {children}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        accept={accept}
        onChange={(event) => {
          const { files } = event.currentTarget;
          if (files) onFiles([...files]);
          // The same file may be chosen again.
          event.currentTarget.value = "";
        }}
      />
    </>
  );
}
