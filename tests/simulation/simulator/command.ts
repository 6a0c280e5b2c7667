/** `deno task simulate`. The machine comes first: modules keep what they find while they are loaded. */
import "./engine/machine.ts";
import "./engine/digests.ts";
import "./engine/node-http.ts";
import { parseArgs } from "node:util";
import { wallClock } from "./engine/machine.ts";
import { drawPlan } from "./people/draw-plan.ts";
import type { Plan } from "./people/plan.ts";
import { shorten } from "./shorten.ts";
import { type Outcome, simulate } from "./simulation.ts";
import { createHouse, type House } from "./world/house.ts";

const HELP = `Random people and faults on both sides, in a simulator that repeats each seed exactly.

  --seeds N      runs (default 20)
  --seed S       the first seed (default 1); with --seeds 1 the whole trace is printed
  --ops M        acts of people a run (default 120)
  --jobs N       processes side by side (default 1)
  --shorten T    seconds to spend on making a failing run small (default 60; 0 = not at all)
  --failures N   stop after so many failing seeds (default 3; 0 = never)
  --keep DIR     write each shortened plan there, as a regression
  --plan FILE    play a plan that was kept
  --trace FILE   write the whole trace of the last run there
  --mutants      deliberate bugs, each of which must be found
  --help         this text
`;

const print = (text: string) => void Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));

async function main(): Promise<number> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      seeds: { type: "string", default: "20" },
      seed: { type: "string", default: "1" },
      ops: { type: "string", default: "120" },
      jobs: { type: "string", default: "1" },
      shorten: { type: "string", default: "60" },
      failures: { type: "string", default: "3" },
      keep: { type: "string" },
      plan: { type: "string" },
      trace: { type: "string" },
      mutants: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    print(HELP.trimEnd());
    return 0;
  }
  const house = createHouse();
  if (values.plan !== undefined) {
    const plan: Plan = JSON.parse(await Deno.readTextFile(values.plan));
    const outcome = await simulate(house, plan);
    tell(outcome, plan, true);
    if (values.trace) await Deno.writeTextFile(values.trace, `${outcome.trace.join("\n")}\n`);
    return outcome.complaints.length > 0 ? 1 : 0;
  }
  const first = Number(values.seed);
  const count = Number(values.seeds);
  const operations = Number(values.ops);
  const begun = wallClock();
  let failures = 0;
  let done = 0;
  let messages = 0;
  for (let seed = first; seed < first + count; seed++) {
    const started = wallClock();
    const plan = drawPlan(seed, operations);
    const outcome = await simulate(house, plan);
    done++;
    messages += outcome.messages;
    const took = `${((wallClock() - started) / 1000).toFixed(1)} s`;
    if (values.trace) await Deno.writeTextFile(values.trace, `${outcome.trace.join("\n")}\n`);
    if (outcome.complaints.length === 0) {
      print(`seed ${seed} ok      ${outcome.messages} messages, ${took}`);
      if (count === 1 && !values.trace) print(outcome.trace.join("\n"));
      continue;
    }
    failures++;
    print(`seed ${seed} BROKEN  ${outcome.messages} messages, ${took}`);
    await tellShort(house, plan, outcome, Number(values.shorten) * 1000, values.keep);
    if (failures === Number(values.failures)) break;
  }
  const minutes = (wallClock() - begun) / 60_000;
  print(
    `${done} seeds, ${done * operations} acts, ${messages} messages, ${failures} broken, ` +
      `${(done / minutes).toFixed(1)} seeds a minute`,
  );
  return failures > 0 ? 1 : 0;
}

async function tellShort(
  house: House,
  plan: Plan,
  outcome: Outcome,
  budget: number,
  keep: string | undefined,
): Promise<void> {
  for (const { invariant, text } of outcome.complaints.slice(0, 5)) {
    print(`  invariant ${invariant}: ${text}`);
  }
  if (budget === 0) return;
  const short = await shorten(house, plan, outcome, budget);
  print(`  shortened from ${plan.acts.length} acts to ${short.plan.acts.length}:`);
  tell(short.outcome, short.plan, true);
  if (keep !== undefined) {
    await Deno.mkdir(keep, { recursive: true });
    await Deno.writeTextFile(
      `${keep}/seed-${plan.seed}.json`,
      `${JSON.stringify(short.plan, null, 2)}\n`,
    );
  }
}

function tell(outcome: Outcome, plan: Plan, whole: boolean): void {
  const { folderMode, policy, projects, webhooks, weather } = plan;
  print(
    `  ${folderMode} folders, policy ${policy}, ${projects} database${projects > 1 ? "s" : ""}, ` +
      `webhooks ${webhooks ? "on" : "off"}, weather ${JSON.stringify(weather)}`,
  );
  if (whole) { for (const line of outcome.trace) print(`  ${line.slice(0, 400)}`); }
  for (const { invariant, text } of outcome.complaints) print(`  invariant ${invariant}: ${text}`);
}

Deno.exit(await main());
