import { useEffect, useState } from "preact/hooks";
import type { SyncOverviewAnswer } from "../../../../supabase/client/mod.ts";
import { formatAgo } from "../state/format.ts";
import { useApp } from "../state/use-app.ts";
import { texts } from "../texts/mod.ts";
import { Icon } from "./icon.tsx";

type Quarantined = SyncOverviewAnswer["sync_status"]["quarantine"][number];

/** Assets that cannot be stored as Cloudinary shows them, and why; one that was mended there can be asked for again. */
export function QuarantineList() {
  const { media, notices, live } = useApp();
  const [all, setAll] = useState<Quarantined[]>([]);
  const [busy, setBusy] = useState<string | null>(null);
  const read = () =>
    media.status().then(
      ({ sync_status }) => setAll(sync_status.quarantine),
      (error) => notices.fail(error),
    );
  useEffect(() => {
    read();
    // What is mended comes back by itself.
    return live.listen(() => void read());
  }, []);
  if (all.length === 0) return null;
  const retry = async (aside: Quarantined) => {
    const { asset_id } = aside;
    setBusy(asset_id);
    try {
      await media.sync({ single_asset: asset_id });
      await read();
      notices.tell(texts.quarantine.asked(nameOf(aside)));
    } catch (error) {
      notices.fail(error);
    } finally {
      setBusy(null);
    }
  };
  return (
    <section class="card section" aria-label={texts.quarantine.title}>
      <header class="section-head">
        <h2>
          {texts.quarantine.title} <span class="quiet">{all.length}</span>
        </h2>
      </header>
      <p class="quiet">{texts.quarantine.intro}</p>
      <ul class="lines">
        {all.slice(0, 100).map((aside) => (
          <li key={aside.asset_id}>
            <span class="lines-icon">
              <Icon name="warning" />
            </span>
            <div class="lines-text">
              <strong>{nameOf(aside)}</strong>
              <span class="error">{aside.reason}</span>
              <span class="quiet">{formatAgo(aside.since)}</span>
            </div>
            <button
              type="button"
              class="button"
              disabled={busy !== null}
              onClick={() => retry(aside)}
            >
              <Icon name="retry" /> {texts.tryAgain}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Its public_id may be the very thing that is missing. */
function nameOf({ public_id, asset_id }: Quarantined): string {
  return public_id === "" ? asset_id : public_id;
}
