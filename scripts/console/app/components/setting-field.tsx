import { useId } from "preact/hooks";
import { testAlert } from "../state/oversight.ts";
import type { SettingField as Field } from "../state/setting-fields.ts";
import { useApp } from "../state/use-app.ts";
import { texts } from "../texts/mod.ts";

interface SettingFieldProps {
  field: Field;
  text: string;
  onChange(text: string): void;
}

/** One setting with its sentence. */
export function SettingField({ field: { key, kind }, text, onChange }: SettingFieldProps) {
  const { supabase, notices } = useApp();
  const id = useId();
  const { name, about } = texts.settings.fields[key];
  const shared = { id, value: text, "aria-describedby": `${id}-about` };
  const tryAlert = () =>
    testAlert(supabase).then(
      () => notices.tell(texts.settings.alertSent),
      (error) => notices.fail(error),
    );
  return (
    <div class="setting">
      <div>
        <label for={id}>{name}</label>
        <p class="quiet" id={`${id}-about`}>{about}</p>
      </div>
      <div class="setting-value">
        {kind.type === "choice"
          ? (
            <div class="select select-wide">
              <select {...shared} onChange={(event) => onChange(event.currentTarget.value)}>
                {kind.values.map((value) => (
                  <option key={value} value={value}>
                    {texts.settings.choices[value] ?? value}
                  </option>
                ))}
              </select>
            </div>
          )
          : kind.type === "folders"
          ? (
            <textarea
              {...shared}
              rows={3}
              placeholder={texts.settings.everyFolder}
              onInput={(event) => onChange(event.currentTarget.value)}
            />
          )
          : kind.type === "number"
          ? (
            <input
              {...shared}
              type="number"
              min={kind.min}
              max={kind.max}
              required={!kind.canBeEmpty}
              onInput={(event) => onChange(event.currentTarget.value)}
            />
          )
          : (
            <input
              {...shared}
              type="text"
              required={kind.type === "interval"}
              onInput={(event) => onChange(event.currentTarget.value)}
            />
          )}
        {key === "alert_url" && text !== "" && (
          <button type="button" class="button" onClick={tryAlert}>
            {texts.settings.tryAlert}
          </button>
        )}
      </div>
    </div>
  );
}
