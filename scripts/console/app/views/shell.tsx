import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "../components/icon.tsx";
import { PersonMenu } from "../components/person-menu.tsx";
import { Toaster } from "../components/toaster.tsx";
import { UploadList } from "../components/upload-list.tsx";
import { formatNumber } from "../state/format.ts";
import type { View } from "../state/router.ts";
import { useApp } from "../state/use-app.ts";
import { texts } from "../texts/mod.ts";

interface Entry {
  view: View;
  icon: IconName;
  count?: number | null | undefined;
  isUrgent?: boolean;
}

/** What surrounds every view: where one can go, who one is, and what is told at the edge. */
export function Shell({ children }: { children: ComponentChildren }) {
  const { router, session, state, notices, uploads, live, emulator, preferences } = useApp();
  const stats = state.statistics.value;
  const canEdit = session.canEdit.value;
  const isAdmin = session.isAdmin.value;
  const waiting = (stats?.pending_assets ?? 0) + (stats?.error_assets ?? 0);
  const entries: Entry[] = [
    { view: "library", icon: "library", count: stats?.total_assets },
    ...(canEdit
      ? [
        { view: "conflicts", icon: "conflict", count: stats?.conflict_assets, isUrgent: true },
        { view: "waiting", icon: "waiting", count: waiting },
        { view: "trash", icon: "trash", count: stats?.deleted_assets },
      ] satisfies Entry[]
      : []),
    ...(isAdmin
      ? [
        { view: "status", icon: "status" },
        { view: "settings", icon: "settings" },
      ] satisfies Entry[]
      : []),
  ];
  return (
    <div class="shell">
      <a class="skip-link" href="#content" onClick={skipToContent}>{texts.skip}</a>
      <nav class="side" aria-label={texts.navigation}>
        <div class="brand">
          <span class="brand-mark">
            <Icon name="sync" size={18} />
          </span>
          <span class="brand-name">{texts.product}</span>
        </div>
        <ul class="side-list">
          {entries.map(({ view, icon, count, isUrgent }) => (
            <li key={view}>
              <a
                href={router.address({ view })}
                aria-current={router.view.value === view ? "page" : undefined}
              >
                <Icon name={icon} />
                <span class="side-name">{texts.views[view]}</span>
                {!!count && (
                  <span class={`side-count${isUrgent ? " side-count-urgent" : ""}`}>
                    {formatNumber(count)}
                  </span>
                )}
              </a>
            </li>
          ))}
        </ul>
        {emulator && (
          <button
            type="button"
            class="side-pane"
            aria-pressed={preferences.pane.value}
            onClick={() => preferences.pane.value = !preferences.pane.value}
          >
            <Icon name="cloud" />
            <span class="side-name">{texts.emulator.open}</span>
          </button>
        )}
        <div class="side-foot">
          <p class={`live ${live.isLive.value ? "live-on" : ""}`} role="status">
            <span class="live-dot" aria-hidden="true" />
            {live.isLive.value ? texts.live.on : texts.live.off}
          </p>
          <PersonMenu />
        </div>
      </nav>
      <main class="content" id="content" tabIndex={-1}>{children}</main>
      <UploadList uploads={uploads} />
      <Toaster notices={notices} />
    </div>
  );
}

/** The fragment of the address is the router's. */
function skipToContent(event: Event): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}
