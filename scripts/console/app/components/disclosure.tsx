import type { ComponentChildren } from "preact";
import { Icon } from "./icon.tsx";

interface DisclosureProps {
  title: string;
  isOpen?: boolean;
  children: ComponentChildren;
}

/** A part that can be folded away. */
export function Disclosure({ title, isOpen = false, children }: DisclosureProps) {
  return (
    <details class="disclosure" open={isOpen}>
      <summary>
        <h3>{title}</h3>
        <Icon name="chevron" size={16} />
      </summary>
      {children}
    </details>
  );
}
