import type { MediaConflict } from "../../../../supabase/client/mod.ts";
import type { Side } from "../state/conflicts.ts";
import { texts } from "../texts/mod.ts";
import { toText } from "./history.tsx";
import { Icon } from "./icon.tsx";

interface ConflictValuesProps {
  field: string;
  conflict: MediaConflict;
  chosen: Side | undefined;
  isBusy: boolean;
  onChoose(side: Side): void;
}

/** One value as it is here and there, and as it was before; a click says which is right. */
export function ConflictValues({ field, conflict, chosen, isBusy, onChoose }: ConflictValuesProps) {
  const name = texts.fieldName(field);
  return (
    <section class="conflict-field" aria-label={name}>
      <h3>
        {name} <span class="quiet">{texts.conflicts.before(toText(conflict.base))}</span>
      </h3>
      <div class="conflict-sides">
        {(["database", "cloudinary"] as const).map((side) => (
          <button
            type="button"
            key={side}
            class="conflict-side"
            aria-pressed={chosen === side}
            disabled={isBusy}
            onClick={() => onChoose(side)}
          >
            <span class="conflict-where">
              <Icon name={side === "database" ? "library" : "cloud"} size={16} />
              {texts.conflicts.sides[side]}
            </span>
            <span class="conflict-value">{toText(conflict[side])}</span>
            <span class="conflict-keep">{texts.conflicts.keep}</span>
          </button>
        ))}
      </div>
    </section>
  );
}
