import { useApp } from "../state/use-app.ts";
import { texts } from "../texts/mod.ts";
import { Icon } from "./icon.tsx";
import { Popover } from "./menu.tsx";

/** Who is signed in, what the console looks like, and the way out. */
export function PersonMenu() {
  const { session, preferences } = useApp();
  const person = session.person.value;
  if (!person) return null;
  return (
    <Popover
      buttonClass="person"
      label={
        <>
          <span class="hidden-text">{texts.person.menu}</span>
          <span class="avatar" aria-hidden="true">{person.email.slice(0, 1).toUpperCase()}</span>
          <span class="person-text">
            <span class="person-email">{person.email}</span>
            <span class="quiet">{texts.person.roles[person.role]}</span>
          </span>
        </>
      }
    >
      {() => (
        <div class="person-panel">
          <p>
            <strong>{person.email}</strong>
            <br />
            <span class="quiet">{texts.person.roles[person.role]}</span>
          </p>
          <div class="segmented" role="group" aria-label={texts.person.theme}>
            {(["system", "light", "dark"] as const).map((theme) => (
              <button
                type="button"
                key={theme}
                aria-pressed={preferences.theme.value === theme}
                onClick={() => preferences.theme.value = theme}
              >
                {texts.person.themes[theme]}
              </button>
            ))}
          </div>
          <button type="button" class="button button-wide" onClick={() => session.signOut()}>
            <Icon name="close" size={16} /> {texts.person.signOut}
          </button>
        </div>
      )}
    </Popover>
  );
}
