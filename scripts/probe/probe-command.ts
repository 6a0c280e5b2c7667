import type { Surroundings } from "../support/command.ts";
import { CommandError } from "../support/command-error.ts";
import { findCloudinary } from "../support/project.ts";
import { badArguments } from "../support/read-flags.ts";
import { type Account, openAccount } from "./account.ts";
import { cleanUp } from "./clean-up.ts";
import { EXPERIMENTS, LEFT_OUT } from "./experiments/all.ts";
import type { Experiment } from "./experiments/experiment.ts";
import { retries } from "./experiments/notifications.ts";
import { type Finding, found, unknown } from "./finding.ts";
import { type Lab, openLab } from "./lab.ts";
import { parseProbeOptions, type ProbeOptions, probeUsage } from "./options.ts";
import { type Receiver, startReceiver } from "./receiver.ts";
import { describeFindings, toBehavior } from "./report.ts";
import { storeLookUpCap } from "./store-look-up-cap.ts";

const RECEIVE_PORT = 54340;
/** `config`, and taking away two kinds of assets, two folders, a webhook and two backups. */
const OTHER_CALLS = 8;
/** Backups that are to be taken away where the account keeps one of every asset. */
const BACKUPS = 45;

/**
 * `deno task probe`: finds out how a Cloudinary account behaves.
 *
 * @returns The exit code: 0 when everything that was made is gone again.
 * @throws CommandError where the account cannot be probed; what was made is gone then as well.
 */
export async function probeCommand(args: string[], surroundings: Surroundings): Promise<number> {
  const options = parseProbeOptions(args);
  const { print, signal } = surroundings;
  if (options.help) {
    print(probeUsage);
    return 0;
  }
  const stack = isProjectNamed(options, surroundings) ? null : await surroundings.readStack();
  const cloudinary = findCloudinary(stack?.cloudinary_url ?? null, surroundings.environment);
  const isHere = /^http:\/\/(127\.|localhost|\[::1\])/.test(cloudinary.uploadPrefix);
  const hasReceiver = options.receive !== null || isHere;
  const experiments = EXPERIMENTS.filter((experiment) =>
    (hasReceiver || !experiment.needsReceiver) && (options.retries || experiment !== retries)
  );
  await ask(cloudinary.cloudName, experiments, options, surroundings);

  const receiver = hasReceiver
    ? startReceiver(options.receivePort ?? (isHere ? 0 : RECEIVE_PORT), options.receive)
    : null;
  let findings: Finding[];
  let left: string[];
  let calls: Account["calls"];
  try {
    const account = openAccount(cloudinary, signal);
    // An interrupt ends the probe, and not what takes its assets away.
    const cleaner = openAccount(cloudinary, AbortSignal.timeout(120_000));
    ({ findings, left } = await probe(account, cleaner, receiver, experiments, surroundings));
    calls = { admin: account.calls.admin + cleaner.calls.admin, upload: account.calls.upload };
  } finally {
    await receiver?.stop();
  }

  await Deno.writeTextFile(options.output, `${JSON.stringify(toBehavior(findings), null, 2)}\n`);
  const stored = await storeLookUpCap(findings, options.installation, surroundings);
  report({ findings, left, calls, stored, output: options.output, json: options.json }, print);
  return left.length === 0 ? 0 : 1;
}

function isProjectNamed(
  { installation }: ProbeOptions,
  { environment }: Surroundings,
): boolean {
  return [installation.projectRef, installation.url, environment.SUPABASE_URL]
    .some((name) => Boolean(name));
}

async function ask(
  cloudName: string,
  experiments: readonly Experiment[],
  { yes, json }: ProbeOptions,
  { print, isTerminal, confirm }: Surroundings,
): Promise<void> {
  const calls = experiments.reduce((sum, { adminCalls }) => sum + adminCalls, OTHER_CALLS);
  const cost = `The probe uploads about ${BACKUPS} assets of one pixel to ${cloudName} under a ` +
    `random prefix and takes them away again. It makes at most ${calls} calls of the hourly ` +
    `Admin API quota (${calls + BACKUPS} where the account keeps backups of every asset).`;
  if (!json) print(cost);
  if (yes) return;
  if (!isTerminal) throw badArguments("probe", "Nobody can be asked here: add --yes.");
  if (!await confirm("Go on?")) throw new CommandError("declined", "Nothing was done.");
}

async function probe(
  account: Account,
  cleaner: Account,
  receiver: Receiver | null,
  experiments: readonly Experiment[],
  surroundings: Surroundings,
): Promise<{ findings: Finding[]; left: string[] }> {
  const { body } = await account.admin("GET", "config", { query: [["settings", "true"]] });
  const folderMode = body.settings?.folder_mode === "fixed" ? "fixed" : "dynamic";
  const prefix = `media-sync-probe-${crypto.randomUUID().slice(0, 8)}`;
  const lab = openLab(account, prefix, folderMode, receiver, surroundings);
  const findings: Finding[] = [found("folder_mode", folderMode, "its configuration says so")];
  let left: string[] = [];
  try {
    for (const experiment of experiments) findings.push(...await tryOut(experiment, lab));
  } finally {
    const keepsBackups = findings.some(({ name, value }) => name === "backup" && value === true);
    left = await cleanUp({ ...lab, account: cleaner }, keepsBackups);
    for (const what of left) surroundings.printError(`Left in the account: ${what}`);
  }
  const known = new Set<string>(findings.map(({ name }) => name));
  for (const { facts } of EXPERIMENTS) {
    for (const name of facts.filter((fact) => !known.has(fact))) {
      findings.push(unknown(name, "not tried: see --receive and --retries in the help"));
    }
  }
  for (const [name, why] of Object.entries(LEFT_OUT)) {
    if (why.startsWith("finding")) findings.push(unknown(name as Finding["name"], why));
  }
  return { findings, left };
}

/** Runs one experiment; an answer that nobody expected is that experiment's trouble alone. */
async function tryOut(experiment: Experiment, lab: Lab): Promise<Finding[]> {
  try {
    return await experiment.run(lab);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return experiment.facts.map((name) =>
      unknown(name, `an answer was not as expected (${error.message})`)
    );
  }
}

interface Report {
  findings: Finding[];
  left: string[];
  calls: Account["calls"];
  stored: string;
  output: string;
  json: boolean;
}

function report(
  { findings, left, calls, stored, output, json }: Report,
  print: (line: string) => void,
): void {
  if (json) {
    const behavior = toBehavior(findings);
    print(JSON.stringify({ success: left.length === 0, behavior, findings, calls, left, stored }));
    return;
  }
  for (const line of describeFindings(findings)) print(line);
  print("");
  print(`${calls.admin} calls of the Admin API, ${calls.upload} of the Upload API.`);
  print(`Written to ${output}; an emulator takes it with PUT /_emulator/behavior.`);
  print(stored);
}
