/** How many genuine notifications one function process takes a second, beside what that path costs at least. */
import { signNotification } from "../../scripts/cloudinary-emulator/mod.ts";
import { startStack } from "../../scripts/local/stack.ts";
import { postgresUnavailable } from "../support/postgres/postgres-test.ts";
import { startPostgres } from "../../scripts/support/postgres/start-postgres.ts";
import { type BenchResult, median, runAsProcess } from "./bench-result.ts";
import { functionsBeside } from "./functions-beside.ts";

/** Both are measured in turns, so that what else the machine does meets both. */
const ROUNDS = 5;
const REQUESTS_A_ROUND = 80;
/** Every session of the data API's pool plans each statement for its first calls. */
const WARM_UP_REQUESTS = 160;
/** Requests on their way at once, as many as Cloudinary's own deliveries in the emulator. */
const PARALLEL = 8;

/** Verifies the signature and makes one trivial SQL call: what every receiver has to pay. */
const FLOOR = `
import { readCloudinaryConfiguration } from "../_shared/cloudinary/configuration.ts";
import { verifyNotificationSignature } from "../_shared/cloudinary/notification-signature.ts";
import { createServiceClient } from "../_shared/media/create-service-client.ts";
import { readEnvironment } from "../_shared/http/runtime.ts";

export default {
  fetch: async (request: Request): Promise<Response> => {
    const { data: configuration } = readCloudinaryConfiguration(readEnvironment);
    const body = new Uint8Array(await request.arrayBuffer());
    const { error } = await verifyNotificationSignature({
      body,
      signature: request.headers.get("x-cld-signature"),
      timestamp: request.headers.get("x-cld-timestamp"),
    }, configuration!, { now: Date.now() });
    if (error) return Response.json({ success: false }, { status: 401 });
    const answer = await createServiceClient().rpc("bench_floor" as never);
    return Response.json({ success: answer.error === null }, { status: answer.error ? 500 : 200 });
  },
};
`;

/**
 * Posts signed notifications that each change the tags of a row of 10,000, to the webhook function and to a function
 * that only verifies and makes one trivial SQL call; through the local stack, on PostgreSQL where there is one. Once on a
 * table that nothing has analyzed, once after `analyze`.
 *
 * @returns Medians over the rounds: notifications accepted a second, and latencies in ms.
 */
export async function benchWebhook(): Promise<BenchResult> {
  const postgres = postgresUnavailable === undefined ? await startPostgres() : null;
  const functions = await functionsBeside("floor", FLOOR, "webhook");
  try {
    const database = await postgres?.createDatabase();
    const stack = await startStack({
      quiet: true,
      cron: false,
      functionsDirectory: functions.directory,
      functionNames: ["webhook", "floor"],
      ...(database === undefined ? {} : { database }),
    });
    try {
      await stack.sql(
        "create function public.bench_floor() returns integer language sql as $$ select 1 $$",
      );
      await stack.sql("notify pgrst, 'reload schema'");
      if (postgres !== null) {
        await stack.sql("alter table public.media_assets set (autovacuum_enabled = false)");
      }
      await insertAssets(stack.sql);
      const secret = new URL(stack.info.cloudinary_url).password;
      let next = 0;
      const post = async (name: string): Promise<number> => {
        const body = notification(next++);
        const timestamp = Math.floor(Date.now() / 1000);
        const headers = {
          "x-cld-timestamp": String(timestamp),
          "x-cld-signature": signNotification(body, timestamp, secret, "sha1"),
        };
        const started = performance.now();
        const response = await fetch(`${stack.info.url}/functions/v1/${name}`, {
          method: "POST",
          headers,
          body,
        });
        const text = await response.text();
        const time = performance.now() - started;
        if (response.status !== 200) throw new Error(`${name} → ${response.status} ${text}`);
        return time;
      };
      const measureRounds = async () => {
        const rounds: Record<"webhook" | "floor", Round[]> = { webhook: [], floor: [] };
        for (let round = 0; round < ROUNDS; round++) {
          // What events change is looked up half a minute later; that is not what is measured.
          await stack.sql("delete from media_sync.refresh_queue");
          for (const [name, results] of Object.entries(rounds)) {
            results.push(await measure(() => post(name), REQUESTS_A_ROUND));
          }
        }
        return rounds;
      };
      const warmUp = async () => {
        for (const name of ["webhook", "floor"]) await measure(() => post(name), WARM_UP_REQUESTS);
      };
      await warmUp();
      const before = await measureRounds();
      await stack.sql("analyze public.media_assets");
      await warmUp();
      const rounds = await measureRounds();
      const [applied] = await stack.sql<{ count: number }>(
        "select count(*)::int as count from media_sync.webhook_events where result = 'applied'",
      );
      const expected = 2 * (ROUNDS * REQUESTS_A_ROUND + WARM_UP_REQUESTS);
      if (applied?.count !== expected) {
        throw new Error(`${applied?.count} of ${expected} notifications were applied`);
      }
      return {
        name: `Webhook (${postgres === null ? "PGlite" : "PostgreSQL"}, one process)`,
        figures: {
          ...summary("", rounds.webhook),
          ...summary("floor_", rounds.floor),
          share_of_floor: share(rounds),
          never_analyzed_p50_ms: summary("", before.webhook).p50_ms!,
          share_of_floor_never_analyzed: share(before),
        },
      };
    } finally {
      await stack.stop();
    }
  } finally {
    await Deno.remove(functions.root, { recursive: true });
    await postgres?.stop();
  }
}

interface Round {
  per_second: number;
  times: number[];
}

async function measure(request: () => Promise<number>, count: number): Promise<Round> {
  const times: number[] = [];
  let left = count;
  const started = performance.now();
  await Promise.all(Array.from({ length: PARALLEL }, async () => {
    while (left-- > 0) times.push(await request());
  }));
  return { per_second: count / (performance.now() - started) * 1_000, times };
}

/** What is accepted in the place of one request that does the least, round by round. */
function share({ webhook, floor }: Record<"webhook" | "floor", Round[]>): number {
  return median(
    webhook.map(({ per_second }, round) => per_second / floor[round]!.per_second),
  );
}

function summary(prefix: string, rounds: Round[]): Record<string, number> {
  const percentile = (share: number) =>
    median(rounds.map(({ times }) => {
      const sorted = [...times].sort((one, other) => one - other);
      return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
    }));
  return {
    [`${prefix}accepted_per_second`]: median(rounds.map(({ per_second }) => per_second)),
    [`${prefix}p50_ms`]: percentile(0.5),
    [`${prefix}p95_ms`]: percentile(0.95),
    [`${prefix}p99_ms`]: percentile(0.99),
  };
}

const ASSETS = 10_000;

/** A change of tags that no other notification makes. */
function notification(index: number): string {
  const number = index * 7919 % ASSETS;
  return JSON.stringify({
    notification_type: "resource_tags_changed",
    source: "ui",
    resources: [{
      asset_id: number.toString(16).padStart(32, "0"),
      public_id: `asset-${number}`,
      resource_type: "image",
      type: "upload",
      added: [`tag-${index}`],
      removed: [],
      updated: [],
    }],
    notification_context: {
      triggered_at: new Date(Date.now()).toISOString(),
      triggered_by: { source: "ui", id: "a person" },
    },
  });
}

async function insertAssets(sql: (text: string, parameters: unknown[]) => Promise<unknown>) {
  await sql(
    `select public.media_sync_apply_observations('demo', (
       select jsonb_agg(jsonb_build_object(
         'asset_id', lpad(to_hex(number), 32, '0'), 'public_id', 'asset-' || number,
         'resource_type', 'image', 'type', 'upload', 'version', 1, 'extra', '{}'::jsonb))
       from generate_series(0, $1::int - 1) as number
     ), clock_timestamp(), 'api', null)`,
    [ASSETS],
  );
}

if (import.meta.main) await runAsProcess(benchWebhook);
