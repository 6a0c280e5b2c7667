/** What health advises, and following it as it stands. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { Stack } from "../../scripts/local/stack-options.ts";
import type { Pass } from "./moved-time.ts";
import type { ScenarioWorld } from "./scenario-world.ts";
import { waitUntil } from "./wait-until.ts";

/** What a case works with. */
export interface Patient extends ScenarioWorld {
  pass: Pass;
  /** What pg_cron does in so many minutes, with whatever comes of it. */
  minutes(count: number): Promise<void>;
  /** Follows the statements of an advice, as somebody types them. */
  run(...statements: string[]): Promise<void>;
}

export interface AdviceCase {
  /** The check, by its name. */
  check: string;
  /** What is broken → what the advice says. */
  title: string;
  /** Breaks it, follows the advice. */
  play(patient: Patient): Promise<void>;
}

/** A check as `get_sync_health()` tells it. */
export interface Check {
  check_name: string;
  status: string;
  message: string;
}

/** Every check that there is. */
export async function checksOf(stack: Pick<Stack, "sql">): Promise<Check[]> {
  const checks = await stack.sql<Check>(
    "select check_name, status, message from get_sync_health()",
  );
  return checks.filter(({ check_name }) => check_name !== "overall");
}

/** The advice of a check that is not in order. */
export async function adviceOf(stack: Pick<Stack, "sql">, name: string): Promise<string> {
  const check = (await checksOf(stack)).find(({ check_name }) => check_name === name);
  assert(check, `there is no check ${name}`);
  assertNotEquals(check.status, "ok", check.message);
  return check.message;
}

/** Fails unless the check is in order. */
export async function assertCured(stack: Pick<Stack, "sql">, name: string): Promise<void> {
  const check = (await checksOf(stack)).find(({ check_name }) => check_name === name);
  assertEquals(check?.status, "ok", check?.message);
}

/** The statements in an advice, in their order: each ends where the sentence goes on. */
export function statementsIn(advice: string): string[] {
  return [...advice.matchAll(
    /\b(?:select|update) .+?(?=\.$|; |\. |, (?:then|or|and) | tells | tries |: )/g,
  )].map(([statement]) => statement);
}

/** The JSON that an advice says to call `sync` with. */
export function callIn(advice: string): Record<string, unknown> {
  const [json] = /\{.*?\}/.exec(advice) ?? [];
  assert(json, advice);
  return JSON.parse(json);
}

/** The statements of an advice with what only its reader knows. */
export function filled(stack: Stack, advice: string): string[] {
  const { url, cron_key } = stack.info;
  return statementsIn(advice).map((statement) =>
    statement.replace("https://<ref>.supabase.co", url).replace("<secret key>", cron_key)
  );
}

/** What pg_cron runs in a minute, and what comes of it. */
export async function runJobs({ stack, call }: ScenarioWorld): Promise<void> {
  const jobs = await stack.sql<{ command: string }>(
    "select command from cron.job where active and jobname in ('media-sync-tick', 'media-sync-alert') order by jobname desc",
  );
  for (const { command } of jobs) await stack.sql(command);
  await allAnswered(stack);
  // Where the tick has not begun with its work, this does it.
  const ticked = jobs.some(({ command }) => command.includes("invoke_function"));
  if (ticked) await call("sync", { method: "POST", json: {} });
  await waitUntil(
    async () =>
      (await stack.sql(
        "select from media_sync.runs where status = 'running' and erring_since is null",
      )).length === 0,
    { describe: "the end of the tick's runs" },
  );
}

/** One call of the database's, answered. */
export async function callByTick(stack: Stack): Promise<void> {
  await stack.sql(`select media_sync.invoke_function('sync', '{"background": true}')`);
  await allAnswered(stack);
}

async function allAnswered(stack: Stack): Promise<void> {
  await waitUntil(
    async () =>
      (await stack.sql(
        `select from media_sync.invocations as invocation
         where invocation.requested_at > clock_timestamp() - interval '1 hour'
           and not exists (select from net._http_response as response where response.id = invocation.request_id)
         union all
         select from media_sync.alerts as alert
         where request_id is not null
           and not exists (select from net._http_response as response where response.id = alert.request_id)`,
      )).length === 0,
    { describe: "the answers to the database's requests" },
  );
}
