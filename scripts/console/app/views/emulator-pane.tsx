import { useEffect, useState } from "preact/hooks";
import { EmulatedLibrary } from "../components/emulated-library.tsx";
import { EmulatedTraffic } from "../components/emulated-traffic.tsx";
import { FaultSwitches } from "../components/fault-switches.tsx";
import { Icon } from "../components/icon.tsx";
import { formatNumber } from "../state/format.ts";
import { useApp } from "../state/use-app.ts";
import { texts } from "../texts/mod.ts";

const PARTS = ["library", "faults", "calls", "webhooks"] as const;

/** The emulated Cloudinary beside the console, so that one sees a change cross over, and what may go wrong with it. */
export function EmulatorPane() {
  const { preferences, emulator } = useApp();
  const [part, setPart] = useState<typeof PARTS[number]>("library");
  useEffect(() => emulator!.follow(), []);
  const error = emulator!.error.value;
  return (
    <aside class="panel emulator" aria-label={texts.emulator.title}>
      <header class="panel-head">
        <Icon name="cloud" />
        <h2>{texts.emulator.title}</h2>
        <span class="quiet emulator-count">{formatNumber(emulator!.total.value)}</span>
        <span class="spacer" />
        <button
          type="button"
          class="button-icon"
          aria-label={texts.close}
          onClick={() => preferences.pane.value = false}
        >
          <Icon name="close" />
        </button>
      </header>
      <div class="emulator-parts segmented" role="group" aria-label={texts.emulator.parts}>
        {PARTS.map((name) => (
          <button
            type="button"
            key={name}
            aria-pressed={part === name}
            onClick={() => setPart(name)}
          >
            {texts.emulator.partNames[name]}
          </button>
        ))}
      </div>
      {error !== undefined && <p class="callout callout-error">{texts.emulator.gone(error)}</p>}
      <div class="panel-body" tabIndex={0} role="group" aria-label={texts.emulator.partNames[part]}>
        {part === "library" && <EmulatedLibrary emulator={emulator!} />}
        {part === "faults" && <FaultSwitches emulator={emulator!} />}
        {(part === "calls" || part === "webhooks") && (
          <EmulatedTraffic emulator={emulator!} kind={part} />
        )}
      </div>
    </aside>
  );
}
