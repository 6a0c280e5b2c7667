import { useApp } from "../state/use-app.ts";
import { texts } from "../texts/mod.ts";
import { Icon } from "./icon.tsx";

/** Tiles or rows. */
export function LayoutSwitch() {
  const { layout } = useApp().preferences;
  return (
    <div class="segmented" role="group" aria-label={texts.library.layout}>
      {(["grid", "list"] as const).map((kind) => (
        <button
          type="button"
          key={kind}
          aria-label={texts.library.layouts[kind]}
          title={texts.library.layouts[kind]}
          aria-pressed={layout.value === kind}
          onClick={() => layout.value = kind}
        >
          <Icon name={kind} />
        </button>
      ))}
    </div>
  );
}
