import { useEffect } from "preact/hooks";
import { useApp } from "../state/use-app.ts";
import type { View } from "../state/router.ts";
import { texts } from "../texts/mod.ts";
import { AssetPanel } from "./asset-panel.tsx";
import { ConflictsView } from "./conflicts.tsx";
import { EmulatorPane } from "./emulator-pane.tsx";
import { LibraryView } from "./library.tsx";
import { SettingsView } from "./settings.tsx";
import { Shell } from "./shell.tsx";
import { SignInView } from "./sign-in.tsx";
import { StatusView } from "./status.tsx";
import { TrashView } from "./trash.tsx";
import { WaitingView } from "./waiting.tsx";

const VIEWS = {
  library: LibraryView,
  trash: TrashView,
  conflicts: ConflictsView,
  waiting: WaitingView,
  status: StatusView,
  settings: SettingsView,
};

/** The console: who is not signed in sees the way in, everybody else what their role allows. */
export function Console() {
  const { session, router, emulator, preferences } = useApp();
  const person = session.person.value;
  const view = allowedView(router.view.value, session.canEdit.value, session.isAdmin.value);
  useEffect(() => {
    document.title = person ? `${texts.views[view]} · ${texts.product}` : texts.product;
  }, [view, person]);
  if (person === undefined) return <p class="quiet centered" role="status">{texts.loading}</p>;
  if (person === null) return <SignInView />;
  const asset = router.asset.value;
  const hasPane = emulator !== undefined && preferences.pane.value;
  const Content = VIEWS[view];
  const close = () => {
    const opened = asset;
    router.go({ view, asset: null });
    // Back to where one came from.
    requestAnimationFrame(() =>
      document.querySelector<HTMLElement>(`[data-id="${opened}"] .opener`)?.focus()
    );
  };
  return (
    <Shell>
      <div
        class={`stage${asset ? " stage-with-panel" : ""}${hasPane ? " stage-with-emulator" : ""}`}
        onKeyDown={(event) => {
          if (event.key === "Escape" && asset && !event.defaultPrevented) close();
        }}
      >
        <section class="view" aria-label={texts.views[view]}>
          <Content />
        </section>
        {asset && <AssetPanel id={asset} onClose={close} />}
        {hasPane && <EmulatorPane />}
      </div>
    </Shell>
  );
}

/** A view that one's role does not have is the library. */
function allowedView(view: View, canEdit: boolean, isAdmin: boolean): View {
  const needs: Partial<Record<View, boolean>> = {
    trash: canEdit,
    conflicts: canEdit,
    waiting: canEdit,
    status: isAdmin,
    settings: isAdmin,
  };
  return needs[view] === false ? "library" : view;
}
