import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";

interface PopoverProps {
  /** What stands in the button. */
  label: ComponentChildren;
  /** The button's name where its content says too little. */
  name?: string;
  buttonClass?: string;
  /** Told when it is opened. */
  onOpen?(): void;
  /** What is in it while it is open; `close` closes it. */
  children(close: () => void): ComponentChildren;
}

/** A button that opens something beside itself; Escape, or a click elsewhere, closes it. */
export function Popover({ label, name, buttonClass = "button", onOpen, children }: PopoverProps) {
  const id = useId();
  const panel = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  useEffect(() => {
    const element = panel.current!;
    const onToggle = (event: ToggleEvent) => {
      const opens = event.newState === "open";
      setIsOpen(opens);
      if (opens) onOpen?.();
    };
    element.addEventListener("beforetoggle", onToggle as EventListener);
    return () => element.removeEventListener("beforetoggle", onToggle as EventListener);
  }, [onOpen]);
  useEffect(() => {
    if (!isOpen) return;
    place(panel.current!, button.current!);
    panel.current!.querySelector<HTMLElement>("[autofocus], input, button, a, select")?.focus();
  }, [isOpen]);
  const close = () => {
    panel.current?.hidePopover();
    button.current?.focus();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        class={buttonClass}
        popovertarget={id}
        aria-expanded={isOpen}
        aria-label={name}
        title={name}
      >
        {label}
      </button>
      <div ref={panel} id={id} popover="auto" class="popover">
        {isOpen && children(close)}
      </div>
    </>
  );
}

/** Below the button, or above where there is no room; never beyond the page's edge. */
function place(panel: HTMLElement, button: HTMLElement): void {
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = panel;
  const left = Math.max(8, Math.min(at.left, innerWidth - width - 8));
  const isBelow = at.bottom + height + 8 < innerHeight || at.top < innerHeight / 2;
  panel.style.left = `${left}px`;
  panel.style.top = isBelow ? `${at.bottom + 6}px` : "auto";
  panel.style.bottom = isBelow ? "auto" : `${innerHeight - at.top + 6}px`;
  panel.style.maxHeight = `${(isBelow ? innerHeight - at.bottom : at.top) - 20}px`;
}
