import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Icon } from "./icon.tsx";

interface DropZoneProps {
  /** Absent where nothing may be dropped. */
  onFiles?: ((files: File[]) => void) | undefined;
  label: string;
  children: ComponentChildren;
}

/** Takes files that are dropped anywhere within. */
export function DropZone({ onFiles, label, children }: DropZoneProps) {
  const [isOver, setIsOver] = useState(false);
  const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") === true;
  return (
    <div
      class="drop-zone"
      onDragOver={(event) => {
        if (!onFiles || !holdsFiles(event)) return;
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={(event) => {
        const { relatedTarget, currentTarget } = event;
        if (!(relatedTarget instanceof Node) || !currentTarget.contains(relatedTarget)) {
          setIsOver(false);
        }
      }}
      onDrop={(event) => {
        setIsOver(false);
        if (!onFiles || !holdsFiles(event)) return;
        event.preventDefault();
        onFiles([...event.dataTransfer!.files]);
      }}
    >
      {children}
      {isOver && (
        <div class="drop-hint">
          <Icon name="upload" size={32} />
          {label}
        </div>
      )}
    </div>
  );
}
