/** Takes changes of published tables, after their commit, to those who subscribed to them and may see them. */
import type { LocalDatabase } from "../database.ts";
import type { Caller } from "./caller.ts";
import { type ChangeFilter, readChangeFilter } from "./change-filter.ts";
import type { Json } from "./messages.ts";

/** A channel that asks for changes. */
export interface ChangeListener {
  /** Who it is now: a token may have been renewed. */
  caller(): Caller;
  /** @param ids Those of its subscriptions that the change fits. */
  tell(ids: number[], data: Json): void;
}

/** What a channel joins with. */
export interface Subscription {
  /** By which the client tells them apart. */
  id: number;
  /** As the client sent it. */
  params: Json;
}

/** All who listen to changes. */
export interface PostgresChanges {
  /** @returns Why they cannot be told; null where they are from now on. */
  subscribe(listener: ChangeListener, subscriptions: Subscription[]): Promise<string | null>;
  unsubscribe(listener: ChangeListener): void;
  stop(): Promise<void>;
}

type Wanted = ChangeFilter & { id: number };

interface Change {
  id: string;
  schema_name: string;
  table_name: string;
  operation: string;
}

/** @param log Gets one line for each failure. */
export async function startPostgresChanges(
  database: LocalDatabase,
  log: (line: string) => void,
): Promise<PostgresChanges> {
  const listeners = new Map<ChangeListener, Wanted[]>();
  let waiting: string[] = [];
  let delivering: Promise<void> | null = null;
  let stopped = false;

  const deliver = async () => {
    while (waiting.length > 0 && !stopped) {
      const ids = waiting;
      waiting = [];
      const changes = await database.query<Change>(
        `select change.id::text, change.schema_name, change.table_name, change.operation
         from jsonb_array_elements_text($1::text::jsonb) with ordinality as told (id, place)
         join realtime.changes as change on change.id = told.id::bigint
         order by told.place`,
        [JSON.stringify(ids)],
      );
      for (const change of changes) {
        for (const [listener, wanted] of [...listeners]) {
          await tell(change, listener, wanted.filter((one) => fits(one, change)))
            .catch((error) => log(`a change was not told: ${messageOf(error)}`));
        }
      }
    }
  };

  const tell = async (change: Change, listener: ChangeListener, wanted: Wanted[]) => {
    const told = new Map<string, number[]>();
    for (const one of wanted) {
      const message = await ask(change, listener.caller(), one);
      if (message === null) continue;
      told.set(message, [...told.get(message) ?? [], one.id]);
    }
    if (!listeners.has(listener)) return;
    for (const [message, ids] of told) listener.tell(ids, JSON.parse(message));
  };

  const ask = (change: Change, caller: Caller, wanted: Wanted) =>
    database.transaction(async (sql) => {
      const [row] = await sql.query<{ message: string | null }>(
        `select realtime.tell_change($1::text::bigint, $2::text, $3::text::jsonb, $4::text::jsonb,
           case when $5::text is not null then array(select jsonb_array_elements_text($5::text::jsonb)) end
         )::text as message`,
        [
          change.id,
          caller.role,
          JSON.stringify(caller.claims),
          JSON.stringify(wanted.conditions),
          wanted.select === null ? null : JSON.stringify(wanted.select),
        ],
      );
      return row?.message ?? null;
    });

  const unlisten = await database.listen("realtime_changes", (id) => {
    if (listeners.size === 0 || stopped) return;
    waiting.push(id);
    delivering ??= deliver()
      .catch((error) => log(`changes not delivered: ${messageOf(error)}`))
      .finally(() => delivering = null);
  });

  return {
    subscribe: async (listener, subscriptions) => {
      const wanted: Wanted[] = [];
      for (const { id, params } of subscriptions) {
        const filter = readChangeFilter(params);
        const problem = typeof filter === "string" ? filter : await watch(database, filter);
        if (problem !== null) return problem;
        wanted.push({ ...filter as ChangeFilter, id });
      }
      listeners.set(listener, wanted);
      return null;
    },
    unsubscribe: (listener) => void listeners.delete(listener),
    stop: async () => {
      stopped = true;
      await unlisten();
      await delivering;
    },
  };
}

/** Makes sure that its tables' changes are noted. @returns Why it means none; null where it means some. */
async function watch(database: LocalDatabase, filter: ChangeFilter): Promise<string | null> {
  const { event, schema, table, conditions } = filter;
  const parameters = `event: ${event}, schema: ${schema}, table: ${table}, filters: ${
    JSON.stringify(conditions)
  }`;
  try {
    const tables = await database.transaction(async (sql) => {
      const watched = await sql.query<{ entity: string }>(
        "select entity::text from realtime.watch_tables($1, $2) as entity",
        [schema, table],
      );
      // An empty row passes or not; a column or a value that cannot be compared fails.
      for (const { entity } of watched) {
        await sql.query("select realtime.passes($1::text::regclass, '{}', $2::text::jsonb)", [
          entity,
          JSON.stringify(conditions),
        ]);
      }
      return watched.length;
    });
    return tables > 0
      ? null
      : "Unable to subscribe to changes with given parameters. Please check Realtime is enabled for the given " +
        `connect parameters: [${parameters}]`;
  } catch (error) {
    return "Unable to subscribe to changes with given parameters. An exception happened so please check your " +
      `connect parameters: [${parameters}]. Exception: ${messageOf(error)}`;
  }
}

function fits({ event, schema, table }: Wanted, change: Change): boolean {
  return (event === "*" || event === change.operation) &&
    (schema === "*" || schema === change.schema_name) &&
    (table === "*" || table === change.table_name);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
