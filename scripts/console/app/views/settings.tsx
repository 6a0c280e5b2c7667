import { useEffect, useState } from "preact/hooks";
import { Dialog } from "../components/dialog.tsx";
import { SettingField } from "../components/setting-field.tsx";
import { Trouble } from "../components/trouble.tsx";
import { changeSettings, readSettings, type Settings } from "../state/oversight.ts";
import { fromFieldText, SETTING_GROUPS, toFieldText } from "../state/setting-fields.ts";
import type { SettingField as Field } from "../state/setting-fields.ts";
import { useApp } from "../state/use-app.ts";
import { texts } from "../texts/mod.ts";

/** The settings, each with what it does; those that can do harm say so before they are changed. */
export function SettingsView() {
  const { supabase, notices } = useApp();
  const [settings, setSettings] = useState<Settings | undefined>();
  const [drafts, setDrafts] = useState<Readonly<Record<string, string>>>({});
  const [error, setError] = useState<unknown>();
  const [asked, setAsked] = useState<readonly Field[] | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const read = () =>
    readSettings(supabase).then((found) => {
      setSettings(found);
      setError(undefined);
    }, setError);
  useEffect(() => void read(), []);
  const changed = settings === undefined
    ? []
    : SETTING_GROUPS.flatMap(({ fields }) => fields).filter(({ key, kind }) =>
      drafts[key] !== undefined && drafts[key] !== toFieldText(kind, settings[key])
    );
  const save = async () => {
    setIsBusy(true);
    try {
      const changes = Object.fromEntries(
        changed.map(({ key, kind }) => [key, fromFieldText(kind, drafts[key]!)]),
      );
      setSettings(await changeSettings(supabase, changes));
      setDrafts({});
      notices.tell(texts.settings.saved);
    } catch (failure) {
      notices.fail(failure);
    } finally {
      setAsked(null);
      setIsBusy(false);
    }
  };
  const submit = (event: Event) => {
    event.preventDefault();
    const dangerous = changed.filter(({ isDangerous }) => isDangerous);
    if (dangerous.length > 0) setAsked(dangerous);
    else save();
  };
  return (
    <div class="page" tabIndex={0} role="group" aria-label={texts.views.settings}>
      <header class="view-head">
        <h1>{texts.views.settings}</h1>
      </header>
      <form class="page-body page-narrow" onSubmit={submit}>
        <Trouble error={error} onRetry={read} />
        {settings === undefined && !error && <p class="quiet" role="status">{texts.loading}</p>}
        {settings &&
          SETTING_GROUPS.map(({ name, fields }) => (
            <section class="card section" key={name} aria-label={texts.settings.groups[name]}>
              <h2>{texts.settings.groups[name]}</h2>
              {fields.filter(({ key }) =>
                key in settings
              ).map((field) => (
                <SettingField
                  key={field.key}
                  field={field}
                  text={drafts[field.key] ?? toFieldText(field.kind, settings[field.key])}
                  onChange={(text) => setDrafts({ ...drafts, [field.key]: text })}
                />
              ))}
            </section>
          ))}
        {changed.length > 0 && (
          <div class="save-bar" role="group" aria-label={texts.settings.unsaved(changed.length)}>
            <span>{texts.settings.unsaved(changed.length)}</span>
            <span class="spacer" />
            <button
              type="button"
              class="button"
              onClick={() =>
                setDrafts({})}
            >
              {texts.settings.discard}
            </button>
            <button type="submit" class="button button-primary" disabled={isBusy}>
              {texts.save}
            </button>
          </div>
        )}
      </form>
      {asked && (
        <Dialog
          title={texts.settings.question}
          onClose={() => setAsked(null)}
          actions={
            <>
              <button type="button" class="button" onClick={() => setAsked(null)}>
                {texts.cancel}
              </button>
              <button
                type="button"
                class="button button-danger"
                disabled={isBusy}
                onClick={save}
              >
                {texts.settings.change}
              </button>
            </>
          }
        >
          {asked.map(({ key }) => (
            <div key={key} class="effect">
              <strong>{texts.settings.fields[key].name}</strong>
              <p>{texts.settings.effects[key] ?? texts.settings.fields[key].about}</p>
            </div>
          ))}
        </Dialog>
      )}
    </div>
  );
}
