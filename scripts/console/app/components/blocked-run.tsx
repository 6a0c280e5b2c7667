import { useState } from "preact/hooks";
import type { SyncOverviewAnswer } from "../../../../supabase/client/mod.ts";
import { planDeletions, type PlannedDeletions } from "../state/planned-deletions.ts";
import { formatNumber } from "../state/format.ts";
import { useApp } from "../state/use-app.ts";
import { texts } from "../texts/mod.ts";
import { Dialog } from "./dialog.tsx";
import { Icon } from "./icon.tsx";

interface BlockedRunProps {
  runId: string;
  run: SyncOverviewAnswer["runs"][number] | undefined;
  onAllowed(): Promise<void>;
}

/** A run that the guard stopped from deleting too much: what would be deleted, and the way to allow it once. */
export function BlockedRun({ runId, run, onAllowed }: BlockedRunProps) {
  const { media, notices } = useApp();
  const [plan, setPlan] = useState<PlannedDeletions | "reading" | undefined>();
  const [isAsking, setIsAsking] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const blocked = run?.blocked_by ?? null;
  const look = async () => {
    setPlan("reading");
    try {
      setPlan(await planDeletions(media));
    } catch (error) {
      setPlan(undefined);
      notices.fail(error);
    }
  };
  const allow = async () => {
    setIsBusy(true);
    try {
      const { message } = await media.sync({ allow_mass_delete: runId });
      notices.tell(message);
      setIsAsking(false);
      await onAllowed();
    } catch (error) {
      notices.fail(error);
    } finally {
      setIsBusy(false);
    }
  };
  const sentence = blocked === null ? texts.blocked.unknown : texts.blocked.reasons[blocked.reason](
    formatNumber(blocked.absent),
    formatNumber(blocked.live),
  );
  return (
    <section class="card section section-warning" aria-label={texts.blocked.title}>
      <header class="section-head">
        <h2>
          <Icon name="warning" /> {texts.blocked.title}
        </h2>
      </header>
      <p>{sentence}</p>
      <p class="quiet">{texts.blocked.advice}</p>
      {plan === "reading" && <p role="status">{texts.blocked.reading}</p>}
      {typeof plan === "object" && <Plan plan={plan} />}
      <div class="section-actions">
        <button type="button" class="button" disabled={plan === "reading"} onClick={look}>
          <Icon name="search" /> {texts.blocked.look}
        </button>
        <button type="button" class="button button-danger" onClick={() => setIsAsking(true)}>
          {texts.blocked.allow}
        </button>
      </div>
      {isAsking && (
        <Dialog
          title={texts.blocked.question}
          onClose={() => setIsAsking(false)}
          actions={
            <>
              <button type="button" class="button" onClick={() => setIsAsking(false)}>
                {texts.cancel}
              </button>
              <button
                type="button"
                class="button button-danger"
                disabled={isBusy}
                onClick={allow}
              >
                {texts.blocked.confirm}
              </button>
            </>
          }
        >
          <p>{sentence}</p>
          <p>{texts.blocked.effect}</p>
        </Dialog>
      )}
    </section>
  );
}

function Plan({ plan }: { plan: PlannedDeletions }) {
  return (
    <div>
      <p>
        <strong>{texts.blocked.planned(plan.names.length + plan.omitted)}</strong>
      </p>
      <ul class="names" tabIndex={0} aria-label={texts.blocked.look}>
        {plan.names.map((name) => <li key={name}>{name}</li>)}
        {plan.omitted > 0 && <li class="quiet">{texts.waiting.more(plan.omitted)}</li>}
      </ul>
      {!plan.isComplete && <p class="quiet">{texts.blocked.incomplete}</p>}
    </div>
  );
}
