/** What the tests of interrupted and overlapping runs look at: the checkpoint, the log and Cloudinary's calls. */
import { assertEquals } from "@std/assert";
import type { Stack } from "../../scripts/local/stack-options.ts";
import { type Answer, type Call, control } from "../support/stack.ts";
import { waitUntil } from "../support/wait-until.ts";

/** The endpoint of the emulator that lists a resource type. */
export const LISTING = "GET /resources/:resource_type";

/** A call as the emulator remembers it. */
interface RememberedCall {
  endpoint: string;
  path: string;
  status: number;
  parameters: Record<string, unknown>;
}

/** Pages that runs have stored. */
export async function storedPages(stack: Pick<Stack, "sql">): Promise<number> {
  const [row] = await stack.sql<{ pages: number }>(
    "select coalesce(sum(pages), 0)::int as pages from media_sync.run_cursors",
  );
  return row?.pages ?? 0;
}

/** Waits until runs have stored so many pages. */
export async function waitForPages(stack: Pick<Stack, "sql">, pages: number): Promise<void> {
  await waitUntil(async () => await storedPages(stack) >= pages, {
    describe: async () => `${pages} stored pages; there are ${await storedPages(stack)}`,
  });
}

/** All calls to Cloudinary so far. */
export async function totalCalls(stack: Stack): Promise<number> {
  return (await control(stack, "GET /calls")).total;
}

/** Listing calls to Cloudinary so far. */
export async function listingCalls(stack: Stack): Promise<number> {
  return (await control(stack, "GET /calls")).counts[LISTING] ?? 0;
}

/** How often each page of a listing was asked for, among the last 1,000 calls. */
export async function askedPages(stack: Stack): Promise<Map<string, number>> {
  const { calls } = await control(stack, "GET /calls") as { calls: RememberedCall[] };
  const asked = new Map<string, number>();
  for (const { path, parameters } of calls.filter(({ endpoint }) => endpoint === LISTING)) {
    const { start_at = "", next_cursor = "" } = parameters;
    const page = JSON.stringify([path, start_at, placeOf(String(next_cursor))]);
    asked.set(page, (asked.get(page) ?? 0) + 1);
  }
  return asked;
}

/** The place in a listing that the emulator's cursor names; its last part is only the time at which it was made. */
function placeOf(cursor: string): unknown {
  if (cursor === "") return null;
  const bytes = Uint8Array.from(cursor.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  return (JSON.parse(new TextDecoder().decode(bytes)) as unknown[]).slice(0, -1);
}

/** Ends the leases of workers that died, as a minute without a word would. */
export async function expireLeases(stack: Pick<Stack, "sql">): Promise<void> {
  for (const table of ["media_sync.run_cursors", "media_sync.push_leases"]) {
    await stack.sql(
      `update ${table} set leased_until = clock_timestamp() - interval '1 second'
       where leased_until is not null`,
    );
  }
}

/** Fails unless the log tells of each asset's first arrival exactly once, and of nothing else. */
export async function assertEachArrivedOnce(
  stack: Pick<Stack, "sql">,
  assets: number,
): Promise<void> {
  const rows = await stack.sql(
    `select operation, status, count(*)::int as rows, count(distinct asset_id)::int as assets
     from public.media_sync_log where asset_id is not null group by 1, 2`,
  );
  assertEquals(rows, [{ operation: "upload", status: "success", rows: assets, assets }]);
}

/** What a test wants to know of a run. */
export interface KnownRun {
  id: string;
  kind: string;
  status: string;
  api_calls: number;
}

/** All runs, oldest first. */
export function knownRuns(stack: Pick<Stack, "sql">): Promise<KnownRun[]> {
  return stack.sql<KnownRun>(
    `select id::text, kind, status, api_calls::int from media_sync.runs order by started_at`,
  );
}

/** Lets ticks pull no changes between full reconciles, so that only the run in question calls Cloudinary. */
export async function pullOnlyInFull(stack: Pick<Stack, "sql">): Promise<void> {
  await stack.sql("update media_sync.settings set incremental_interval = interval '1 day'");
}

/** One tick, or a call with further wishes. */
export function tick(call: Call, json: Record<string, unknown> = {}): Promise<Answer> {
  return call("sync", { method: "POST", json });
}

/**
 * Ticks, whenever there is something to take, until the run has ended.
 *
 * @param json Body of each call.
 * @returns The answers' statuses.
 */
export async function tickUntilRunEnds(
  stack: Stack,
  call: Call,
  json: Record<string, unknown> = {},
): Promise<number[]> {
  const statuses: number[] = [];
  for (;;) {
    const { status } = await tick(call, json);
    statuses.push(status);
    const next = await waitUntil(async () => {
      const [row] = await stack.sql<{ ended: boolean; free: boolean }>(
        `select
           not exists (select from media_sync.runs where status = 'running') as ended,
           not exists (select from media_sync.run_cursors where status <> 'completed')
             or exists (select from media_sync.run_cursors
               where status <> 'completed' and (leased_until is null or leased_until < clock_timestamp())) as free`,
      );
      return row?.ended ? "ended" : row?.free ? "free" : null;
    }, { describe: "a free shard or the end of the run" });
    if (next === "ended") return statuses;
  }
}
