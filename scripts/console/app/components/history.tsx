import type { MediaHistoryEntry } from "../../../../supabase/client/mod.ts";
import { formatAgo, formatTime } from "../state/format.ts";
import { useApp } from "../state/use-app.ts";
import { texts } from "../texts/mod.ts";

/** What happened to an asset: when, by whom, and what it was before and after. */
export function History({ entries }: { entries: readonly MediaHistoryEntry[] }) {
  if (entries.length === 0) return <p class="quiet">{texts.history.none}</p>;
  return (
    <ol class="history">
      {entries.map((entry) => <Entry key={entry.id} entry={entry} />)}
    </ol>
  );
}

function Entry({ entry }: { entry: MediaHistoryEntry }) {
  const { operation, status, created_at, changes, error_message } = entry;
  const names: Record<string, string> = texts.history.operations;
  const shown = Object.entries(changes ?? {}).map(([field, change]) => readChange(field, change));
  return (
    <li class={`history-entry history-${status}`}>
      <div class="history-head">
        <strong>{names[operation] ?? operation}</strong>
        <Author entry={entry} />
        <time dateTime={created_at} title={formatTime(created_at)}>{formatAgo(created_at)}</time>
      </div>
      {error_message && <p class="error">{error_message}</p>}
      {shown.length > 0 && (
        <dl class="changes">
          {shown.map(({ field, from, to }) => (
            <div key={field}>
              <dt>{texts.fieldName(field)}</dt>
              <dd>
                {from !== undefined && <del>{toText(from)}</del>}
                {to !== undefined && <ins>{toText(to)}</ins>}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </li>
  );
}

function Author({ entry: { user_id, source, direction } }: { entry: MediaHistoryEntry }) {
  const { session } = useApp();
  const who = user_id === null
    ? texts.history.source(source, direction)
    : user_id === session.person.value?.id
    ? texts.history.you
    : texts.history.person(user_id.slice(0, 8));
  return <span class="quiet">{who}</span>;
}

interface Change {
  field: string;
  from?: unknown;
  to?: unknown;
}

function readChange(field: string, change: unknown): Change {
  if (typeof change === "object" && change !== null && ("from" in change || "to" in change)) {
    const { from, to } = change as { from?: unknown; to?: unknown };
    // A set is told by what joined and what left it.
    if (Array.isArray(from) && Array.isArray(to)) {
      const left = from.filter((value) => !to.includes(value));
      const joined = to.filter((value) => !from.includes(value));
      return {
        field,
        ...(left.length > 0 ? { from: left } : {}),
        ...(joined.length > 0 ? { to: joined } : {}),
      };
    }
    return { field, from: from ?? undefined, to: to ?? undefined };
  }
  return { field, to: change };
}

/** A value as people read it. */
export function toText(value: unknown): string {
  if (value === null || value === undefined || value === "") return texts.nothing;
  if (Array.isArray(value)) {
    return value.length === 0 ? texts.nothing : value.map(toText).join(", ");
  }
  if (typeof value === "object") {
    return Object.entries(value).map(([key, one]) => `${key}: ${toText(one)}`).join(", ");
  }
  return String(value);
}
