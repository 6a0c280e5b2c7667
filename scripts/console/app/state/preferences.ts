import { effect, type Signal, signal } from "@preact/signals";

/** What somebody likes, kept in this browser. */
export interface Preferences {
  theme: Signal<"system" | "light" | "dark">;
  layout: Signal<"grid" | "list">;
  /** Whether the pane with the emulated Cloudinary is open. */
  pane: Signal<boolean>;
}

const KEY = "media-sync-console";

/** Reads what was kept, and keeps every change; shows the theme on the page. */
export function createPreferences(): Preferences {
  const kept = readKept();
  const preferences: Preferences = {
    theme: signal(oneOf(kept.theme, ["system", "light", "dark"])),
    layout: signal(oneOf(kept.layout, ["grid", "list"])),
    pane: signal(kept.pane === true),
  };
  effect(() => {
    const { theme, layout, pane } = preferences;
    const now = { theme: theme.value, layout: layout.value, pane: pane.value };
    document.documentElement.dataset.theme = now.theme;
    try {
      localStorage.setItem(KEY, JSON.stringify(now));
    } catch {
      // A browser that keeps nothing: the preference holds until the page is left.
    }
  });
  return preferences;
}

function readKept(): Record<string, unknown> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") ?? {};
  } catch {
    return {};
  }
}

function oneOf<Value extends string>(value: unknown, values: [Value, ...Value[]]): Value {
  return values.find((known) => known === value) ?? values[0];
}
