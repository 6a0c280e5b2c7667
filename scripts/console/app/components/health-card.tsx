import type { SyncOverviewAnswer } from "../../../../supabase/client/mod.ts";
import type { View } from "../state/router.ts";
import { useApp } from "../state/use-app.ts";
import { texts } from "../texts/mod.ts";

/** Where in the console one can do what a check advises. */
const PLACES: Readonly<Record<string, View>> = {
  assets_in_error: "waiting",
  open_conflicts: "conflicts",
  quarantine: "waiting",
  pending_edits: "waiting",
  settings: "settings",
};

/** Health, and what each check that does not hold advises. */
export function HealthCard({ health }: { health: SyncOverviewAnswer["health"] }) {
  const { router } = useApp();
  const wrong = health.checks.filter(({ status }) => status !== "ok");
  const right = health.checks.filter(({ status }) => status === "ok");
  return (
    <section class="card section" aria-label={texts.status.health}>
      <header class="section-head">
        <h2>{texts.status.health}</h2>
        <span class={`badge status-${health.status}`} data-health={health.status}>
          <span class="badge-dot" aria-hidden="true" />
          {texts.status.healthStates[health.status]}
        </span>
      </header>
      {wrong.length === 0 && <p>{texts.status.allHold(right.length)}</p>}
      <ul class="checks">
        {wrong.map(({ name, status, message }) => (
          <li key={name} class={`check check-${status}`}>
            <strong>{toTitle(name)}</strong>
            <span>{message}</span>
            {PLACES[name] && (
              <a href={router.address({ view: PLACES[name] })}>
                {texts.status.goTo(texts.views[PLACES[name]])}
              </a>
            )}
          </li>
        ))}
      </ul>
      {right.length > 0 && (
        <details class="disclosure">
          <summary>
            <span>{texts.status.checksThatHold(right.length)}</span>
          </summary>
          <ul class="checks">
            {right.map(({ name, message }) => (
              <li key={name} class="check check-ok">
                <strong>{toTitle(name)}</strong>
                <span class="quiet">{message}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function toTitle(name: string): string {
  const words = name.replaceAll("_", " ");
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}
