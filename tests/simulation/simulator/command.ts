/** `deno task simulate`. The machine comes first: modules keep what they find while they are loaded. */
import "./engine/machine.ts";
import "./engine/digests.ts";
import "./engine/node-http.ts";
import { wallClock } from "./engine/machine.ts";
import { type Figures, measure, measureInParallel, toLine as figuresToLine } from "./figures.ts";
import { applyMutant, type Mutant, readMutants, StaleMutant } from "./mutants/apply.ts";
import { checkMutants } from "./mutants/check-all.ts";
import { hunt } from "./mutants/hunt.ts";
import { drawPlan } from "./people/draw-plan.ts";
import { readKeptPlans } from "./people/kept-plans.ts";
import type { Plan } from "./people/plan.ts";
import { type Played, playSeeds, toLine } from "./play-seeds.ts";
import { shorten } from "./shorten.ts";
import { type Outcome, simulate } from "./simulation.ts";
import { createHouse, type House } from "./world/house.ts";
import { CommandError } from "../../../scripts/support/command-error.ts";
import { readFlags, wholeNumber } from "../../../scripts/support/read-flags.ts";

const HELP = `Random people and faults on both sides, in a simulator that repeats each seed exactly.

  --seeds N      runs (default 20)
  --seed S       the first seed (default 1); with --seeds 1 the whole trace is printed
  --ops M        acts of people a run (default 120)
  --jobs N       processes side by side (default 1)
  --shorten T    seconds to spend on making a failing run small (default 60; 0 = not at all)
  --failures N   stop after so many failing seeds (default 3; 0 = never)
  --keep DIR     write each shortened plan there, as a regression
  --plan PATH    play a plan that was kept, or all of a folder
  --trace FILE   write the whole trace of the last run there
  --mutants      deliberate bugs, each of which must be found by a plan that was kept or within --seeds (here 200
                 by default)
  --only NAME    with --mutants: only those with this in their name
  --mutant NAME  one of them, told as JSON; with --plan: the plan played on it
  --figures N    operations of people, with one call in twenty failing: how soon they are on both sides
  --help         this text
`;

const print = (text: string) => void Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));

async function main(): Promise<number> {
  const values = readFlags("simulate", Deno.args, {
    seeds: { type: "string" },
    seed: { type: "string", default: "1" },
    ops: { type: "string", default: "120" },
    jobs: { type: "string", default: "1" },
    shorten: { type: "string", default: "60" },
    failures: { type: "string", default: "3" },
    keep: { type: "string" },
    plan: { type: "string" },
    trace: { type: "string" },
    mutants: { type: "boolean" },
    only: { type: "string", default: "" },
    mutant: { type: "string" },
    figures: { type: "string" },
    help: { type: "boolean" },
  });
  if (values.help) {
    print(HELP.trimEnd());
    return 0;
  }
  const numbers = {
    seeds: count("seeds", values.seeds ?? (hunts(values) ? "200" : "20"), 1),
    seed: count("seed", values.seed),
    ops: count("ops", values.ops, 1),
    jobs: count("jobs", values.jobs, 1),
    shorten: count("shorten", values.shorten),
    failures: count("failures", values.failures),
    figures: count("figures", values.figures ?? "1", 1),
  };
  if (hunts(values)) return await mutants(numbers.seeds, numbers.ops, values);
  const house = createHouse();
  if (values.figures !== undefined) {
    const tell = (figures: Figures) => print(figuresToLine(figures));
    const figures = numbers.jobs > 1
      ? await measureInParallel(numbers.jobs, numbers.figures, numbers.seed, tell)
      : await measure(house, numbers.figures, numbers.seed, tell);
    return figures.afterReconcile === figures.operations ? 0 : 1;
  }
  if (values.plan !== undefined) {
    return await playPlans(house, values.plan, values.trace);
  }
  const { seed: first, seeds, ops: operations } = numbers;
  const begun = wallClock();
  const finish = (played: Played): number => {
    print(toLine(played, operations, (wallClock() - begun) / 60_000));
    return played.broken > 0 ? 1 : 0;
  };
  if (numbers.jobs > 1) {
    // A share of one seed is told like the others, without its whole trace.
    const flags = ["--trace=/dev/null", `--ops=${operations}`, `--failures=${numbers.failures}`];
    flags.push(`--shorten=${numbers.shorten}`);
    if (values.keep !== undefined) flags.push(`--keep=${values.keep}`);
    return finish(await playSeeds(numbers, flags, print));
  }
  const played: Played = { seeds: 0, messages: 0, broken: 0 };
  for (let seed = first; seed < first + seeds; seed++) {
    const started = wallClock();
    const plan = drawPlan(seed, operations);
    const outcome = await simulate(house, plan);
    played.seeds++;
    played.messages += outcome.messages;
    const took = `${((wallClock() - started) / 1000).toFixed(1)} s`;
    if (values.trace) await Deno.writeTextFile(values.trace, `${outcome.trace.join("\n")}\n`);
    if (outcome.complaints.length === 0) {
      print(`seed ${seed} ok      ${outcome.messages} messages, ${took}`);
      if (seeds === 1 && !values.trace) print(outcome.trace.join("\n"));
      continue;
    }
    played.broken++;
    print(`seed ${seed} BROKEN  ${outcome.messages} messages, ${took}`);
    await tellShort(house, plan, outcome, numbers.shorten * 1000, values.keep);
    if (played.broken === numbers.failures) break;
  }
  return finish(played);
}

/** Plays one plan and tells it whole, or all of a folder and tells which are broken. */
async function playPlans(house: House, path: string, trace: string | undefined): Promise<number> {
  const isFolder = (await Deno.stat(path)).isDirectory;
  const kept = await readKeptPlans(path);
  if (kept.length === 0) throw new CommandError("no_plan", `${path} holds no plan.`);
  let broken = 0;
  for (const { file, plan } of kept) {
    const outcome = await simulate(house, plan);
    if (outcome.complaints.length > 0) broken++;
    if (isFolder) {
      print(
        `${outcome.complaints.length === 0 ? "ok    " : "BROKEN"} ${file.replace(/^.*\//, "")} ${
          outcome.complaints[0]?.text.slice(0, 200) ?? ""
        }`,
      );
    } else tell(outcome, plan, true);
    if (trace) await Deno.writeTextFile(trace, `${outcome.trace.join("\n")}\n`);
  }
  return broken > 0 ? 1 : 0;
}

async function mutants(
  seeds: number,
  operations: number,
  { mutant: name, only, plan: path, trace }: {
    mutant?: string;
    only: string;
    plan?: string;
    trace?: string;
  },
): Promise<number> {
  const known = await readMutants();
  if (name === undefined) {
    if (!known.some((one) => one.name.includes(only))) throw unknownMutant(only);
    return await checkMutants({ seeds, operations, only, print }) ? 0 : 1;
  }
  const mutant = known.find((one) => one.name === name);
  if (mutant === undefined) throw unknownMutant(name);
  try {
    if (path !== undefined) return await playOnMutant(mutant, path, trace);
    print(JSON.stringify(await hunt(mutant, seeds, operations)));
    return 0;
  } catch (error) {
    if (!(error instanceof StaleMutant)) throw error;
    print(error.message);
    return 1;
  }
}

/** Plays kept plans on a mutant instead of the product. */
async function playOnMutant(
  mutant: Mutant,
  path: string,
  trace: string | undefined,
): Promise<number> {
  const changed = await applyMutant(mutant);
  try {
    return await playPlans(createHouse(changed), path, trace);
  } finally {
    await changed.remove();
  }
}

function unknownMutant(name: string): CommandError {
  return new CommandError(
    "unknown_mutant",
    `No mutant has ${JSON.stringify(name)} in its name; mutants.json lists them.`,
    2,
  );
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

/** A flag's number. */
const count = (flag: string, value: string, minimum = 0) =>
  wholeNumber("simulate", flag, value, minimum, 1_000_000_000);

/** Whether mutants are hunted, one or all. */
function hunts({ mutants, mutant }: { mutants?: boolean; mutant?: string }): boolean {
  return mutants === true || mutant !== undefined;
}

try {
  Deno.exit(await main());
} catch (error) {
  if (!(error instanceof CommandError)) throw error;
  print(error.message);
  Deno.exit(error.exitCode);
}
