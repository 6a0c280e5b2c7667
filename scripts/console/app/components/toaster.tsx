import { texts } from "../texts/mod.ts";
import type { Notices } from "../state/notices.ts";
import { Icon } from "./icon.tsx";

/** What is told at the edge of the page; read out as it comes. */
export function Toaster({ notices }: { notices: Notices }) {
  return (
    <div class="toaster" role="region" aria-label={texts.notices}>
      <div aria-live="polite">
        {notices.all.value.map(({ id, text, kind, action }) => (
          <div key={id} class={`toast toast-${kind}`} role={kind === "error" ? "alert" : undefined}>
            {kind === "error" && <Icon name="warning" />}
            <span>{text}</span>
            {action && (
              <button
                type="button"
                class="toast-action"
                onClick={() => {
                  notices.dismiss(id);
                  action.run();
                }}
              >
                {action.label}
              </button>
            )}
            <button
              type="button"
              class="button-icon"
              aria-label={texts.dismiss}
              onClick={() =>
                notices.dismiss(id)}
            >
              <Icon name="close" size={16} />
            </button>
          </div>
        ))}
      </div>
    </div>
  );
}
