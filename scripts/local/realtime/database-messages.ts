/** Takes what `realtime.send` has written, after its commit, to those who listen. */
import { type Clock, systemClock } from "../clock.ts";
import type { LocalDatabase } from "../database.ts";
import type { Json } from "./messages.ts";
import type { Topics } from "./topics.ts";

/** What the delivery works with. */
export interface DatabaseMessagesOptions {
  database: LocalDatabase;
  topics: Topics;
  clock?: Clock;
  /** Gets one line for each failure. */
  log: (line: string) => void;
}

interface Row {
  id: string;
  topic: string;
  event: string | null;
  payload: Json | null;
  private: boolean;
}

// As long as a project keeps them.
const timeToLive = "3 days";
/** Far longer than it takes to tell them. */
const changesTimeToLive = "1 hour";
const cleanUpMilliseconds = 3_600_000;

/** Starts to deliver; `stop` ends it. */
export async function startDatabaseMessages(
  { database, topics, clock = systemClock, log }: DatabaseMessagesOptions,
): Promise<{ stop(): Promise<void> }> {
  let waiting: string[] = [];
  let delivering: Promise<void> | null = null;
  let cancelCleanUp = () => {};
  let stopped = false;

  const deliver = async () => {
    while (waiting.length > 0 && !stopped) {
      const ids = waiting;
      waiting = [];
      // Messages are read in the order in which their transactions were committed.
      const rows = await database.query<Row>(
        `select message.id::text, message.topic, message.event, message.payload, message.private
         from jsonb_array_elements_text($1::text::jsonb) with ordinality as told (id, place)
         join realtime.messages as message on message.id = told.id::uuid
         order by told.place`,
        [JSON.stringify(ids)],
      );
      for (const { id, topic, event, payload, private: isPrivate } of rows) {
        topics.publish(topic, isPrivate, { event: event ?? "", payload, meta: { id } });
      }
    }
  };
  const wake = (id: string) => {
    // Nobody missed it whom a project would have told.
    if (topics.isEmpty() || stopped) return;
    waiting.push(id);
    delivering ??= deliver()
      .catch((error) => log(`messages not delivered: ${messageOf(error)}`))
      .finally(() => delivering = null);
  };
  const cleanUp = async () => {
    await database.query(
      `delete from realtime.messages where inserted_at < now() - interval '${timeToLive}'`,
    );
    await database.query(
      `delete from realtime.changes where noted_at < now() - interval '${changesTimeToLive}'`,
    );
    cancelCleanUp = clock.after(cleanUpMilliseconds, () => {
      cleanUp().catch((error) => log(`old messages not removed: ${messageOf(error)}`));
    });
  };

  await cleanUp();
  const unlisten = await database.listen("realtime_messages", wake);
  return {
    stop: async () => {
      stopped = true;
      cancelCleanUp();
      await unlisten();
      await delivering;
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
