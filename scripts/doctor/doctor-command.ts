import { redactText } from "../../supabase/functions/_shared/http/redact.ts";
import { createInstallation, type Installation } from "../setup/installation.ts";
import { migrateStep } from "../setup/steps/migrate.ts";
import { secretsStep } from "../setup/steps/secrets.ts";
import { vaultStep } from "../setup/steps/vault.ts";
import { webhookStep } from "../setup/steps/webhook.ts";
import type { Surroundings } from "../support/command.ts";
import { CommandError } from "../support/command-error.ts";
import { projectUsage } from "../support/project.ts";
import { readFlags } from "../support/read-flags.ts";
import { examineClock } from "./examine-clock.ts";
import { examineFunctions } from "./examine-functions.ts";
import { examineHealth } from "./examine-health.ts";
import { examineSignature } from "./examine-signature.ts";
import { examineSignUp } from "./examine-sign-up.ts";
import { examineCli, examineCloudinary, examineStep } from "./examine-setup.ts";
import type { Examination, Finding } from "./finding.ts";
import { type FixResult, runFixes } from "./run-fixes.ts";

const doctorUsage =
  `Checks an installation from end to end. Changes nothing, unless asked to by --fix.

  --project-ref REF      the project (default: the linked one, or SUPABASE_URL)
  --url URL              the project's address
  --key-from-env NAME    the variable that holds the secret key (default SUPABASE_SECRET_KEY)
  --database-url URL     reaches the database by postgres://… and not through the CLI
  --fix                  runs the commands that cure what it finds, each after asking, and looks again
  --yes                  with --fix: asks nothing, and leaves warnings as they are
  --json                 prints one JSON object and nothing else
  --help                 this text

${projectUsage}
A line for each check, with the mend where there is a problem. Exits 1 where there is one.`;

const WORDS = { ok: "ok     ", warning: "WARNING", problem: "PROBLEM", skipped: "skipped" };

/**
 * `deno task doctor`: checks an installation.
 *
 * @returns 0 where all is well, 1 otherwise.
 * @throws CommandError where no project is named.
 */
export async function doctorCommand(args: string[], surroundings: Surroundings): Promise<number> {
  const values = readFlags("doctor", args, {
    "project-ref": { type: "string" },
    url: { type: "string" },
    "key-from-env": { type: "string" },
    "database-url": { type: "string" },
    fix: { type: "boolean", default: false },
    yes: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  });
  const { print, signal } = surroundings;
  if (values.help) {
    print(doctorUsage);
    return 0;
  }
  const installation = createInstallation({
    projectRef: values["project-ref"],
    url: values.url,
    keyFromEnv: values["key-from-env"],
    databaseUrl: values["database-url"],
  }, surroundings);
  await installation.project();

  const look = async (): Promise<Finding[]> => {
    const findings: Finding[] = [];
    for (const examination of listExaminations(installation, surroundings)) {
      signal.throwIfAborted();
      for (const finding of await examine(examination)) {
        findings.push(finding);
        if (!values.json) { for (const line of describe(finding)) print(line); }
      }
    }
    return findings;
  };
  let findings = await look();
  let fixes: FixResult[] = [];
  if (values.fix) {
    fixes = await runFixes(findings, values.yes, surroundings, values.json);
    if (fixes.some(({ result }) => result === "done")) findings = await look();
  }
  const problems = findings.filter(({ status }) => status === "problem").length;
  if (values.json) {
    const checks = findings.map(({ fix, ...finding }) =>
      fix === undefined ? finding : { ...finding, fix: fix.command }
    );
    print(JSON.stringify({
      success: problems === 0,
      problems,
      checks,
      ...(values.fix ? { fixes } : {}),
    }));
  } else print(verdict(problems, findings, values.fix));
  return problems === 0 ? 0 : 1;
}

function verdict(problems: number, findings: readonly Finding[], fixed: boolean): string {
  if (problems === 0) return "All is well.";
  const told = `${problems} problem${problems === 1 ? "" : "s"}.`;
  const curable = findings.some(({ status, fix }) => status === "problem" && fix !== undefined);
  return curable && !fixed
    ? `${told} deno task doctor --fix runs what cures them, after asking.`
    : told;
}

function listExaminations(
  installation: Installation,
  surroundings: Surroundings,
): Examination[] {
  const { isHosted, hasCliDatabase } = installation;
  return [
    examineCli(surroundings.runSupabase, isHosted),
    examineCloudinary(installation),
    examineStep(secretsStep(installation), isHosted),
    examineStep(migrateStep(installation), hasCliDatabase),
    examineFunctions(installation),
    examineStep(webhookStep(installation, "each"), () => Promise.resolve(true)),
    examineStep(vaultStep(installation), installation.hasDatabase),
    examineSignature(installation, secretsStep(installation), Date.now),
    examineClock(installation, Date.now),
    examineHealth(installation, surroundings),
    examineSignUp(installation),
  ];
}

/** What keeps an examination from looking is a problem like any other, and the rest is looked at. */
async function examine({ name, examine }: Examination): Promise<Finding[]> {
  try {
    return await examine();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const [message = "", ...mend] = error.message.split("\n");
    return [{
      check: name,
      status: "problem",
      message: redactText(message),
      ...(mend.length > 0 ? { mend: redactText(mend.join(" ")) } : {}),
    }];
  }
}

function describe({ check, status, message, mend }: Finding): string[] {
  const line = `${WORDS[status]}  ${check.padEnd(22)}  ${message}`;
  return mend === undefined ? [line] : [line, `${" ".repeat(33)}→ ${mend}`];
}
