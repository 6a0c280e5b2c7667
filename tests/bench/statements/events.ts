/** A notification about tags, applied by our function, and by the three statements that it needs at least. */
import { measureSeconds } from "../bench-result.ts";
import type { Database } from "./pages.ts";

const OURS = "select public.media_sync_receive_event('demo', $1::text::jsonb)";

/** Keeps the notification, changes the row, writes the log; each statement is planned once, as ours are. */
export const PLAIN_FUNCTION = `
  create schema bench;
  create function bench.plain_event(p_event jsonb) returns void language plpgsql as $$
  declare
    v_effect constant jsonb := p_event -> 'effects' -> 0;
  begin
    insert into media_sync.webhook_events (dedup_key, notification_type, body, triggered_at, result)
    values (p_event ->> 'dedup_key', p_event ->> 'notification_type', p_event ->> 'body', (p_event ->> 'triggered_at')::timestamptz, 'applied');
    update public.media_assets
    set tags = tags || array(select jsonb_array_elements_text(v_effect -> 'fields' -> 'tags' -> 'added'))
    where cloud_name = 'demo' and asset_id = v_effect ->> 'asset_id';
    insert into public.media_sync_log (operation, status, direction, source, asset_id, public_id, changes)
    values ('update', 'success', 'pull', 'webhook', v_effect ->> 'asset_id', v_effect ->> 'public_id', v_effect -> 'fields');
  end;
  $$`;
const PLAIN = "select bench.plain_event($1::text::jsonb)";

/** Seconds that the events took altogether. */
export interface EventTimes {
  ours_s: number;
  plain_s: number;
}

/**
 * Applies notifications that each add a tag, by turns in two databases that hold the same rows.
 *
 * @param ids asset_ids of rows, one for each notification.
 */
export async function timeEvents(
  ids: readonly string[],
  ours: Database,
  plain: Database,
): Promise<EventTimes> {
  const times = { ours_s: 0, plain_s: 0 };
  for (const [index, asset_id] of ids.entries()) {
    const event = JSON.stringify({
      dedup_key: crypto.randomUUID(),
      notification_type: "resource_tags_changed",
      body: "{}",
      triggered_at: new Date().toISOString(),
      effects: [{
        kind: "delta",
        asset_id,
        public_id: asset_id,
        resource_type: "image",
        type: "upload",
        fields: { tags: { added: [`tag-${index}`], removed: [] } },
      }],
    });
    times.ours_s += (await measureSeconds(() => ours.unsafe(OURS, [event], { prepare: true })))
      .seconds;
    times.plain_s += (await measureSeconds(() => plain.unsafe(PLAIN, [event], { prepare: true })))
      .seconds;
  }
  return times;
}
