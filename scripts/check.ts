/** Checks everything that needs no running system: `deno task check`. */
import { pooledMap } from "@std/async";
import { type Finding, formatFinding } from "./check/finding.ts";
import { checkImportRules } from "./check/import-rules.ts";
import { checkMigrations } from "./check/migration-rules.ts";
import { readRepositoryFiles } from "./check/repository-files.ts";
import { checkRepositoryRules } from "./check/repository-rules.ts";
import { scanForSecrets } from "./check/secret-scan.ts";
import { checkSqlRules } from "./check/sql-rules.ts";
import { answerHelp, refuseArguments } from "./support/answer-help.ts";
import { printLine } from "./support/print-line.ts";

const usage =
  `Checks everything that needs no running system: format, lint, types (with the root's import map, and
each function with the deno.json that deployment reads), the OpenAPI document, import rules, SQL rules,
migrations, secret scan, repository rules.

  --help   this text

Runs all of them even when one fails; exits 0 only when none does.`;

/** A check, and what it found: nothing when all is well. */
interface Check {
  name: string;
  run(): Promise<string>;
}

const root = new URL("../", import.meta.url).pathname;

/** A check that runs Deno; its output is what it found when it fails. */
function denoCheck(name: string, ...args: string[]): Check {
  return {
    name,
    async run() {
      const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args,
        cwd: root,
        env: { NO_COLOR: "1" },
        stdin: "null",
      }).output();
      if (success) return "";
      const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
      return text.replace(/\n+Stack backtrace:[^]*$/, "").trim() ||
        `deno ${args[0]} failed and said nothing`;
    },
  };
}

function ruleCheck(name: string, findings: () => Finding[]): Check {
  return { name, run: () => Promise.resolve(findings().map(formatFinding).join("\n")) };
}

async function createChecks(): Promise<Check[]> {
  const files = await readRepositoryFiles(root);
  const modules = files.map(({ path }) => path).filter((path) => /\.tsx?$/.test(path));
  // A browser's types are not Deno's.
  const isApp = (path: string) => path.startsWith("scripts/console/app/");
  const functions = files
    .map(({ path }) => /^supabase\/functions\/([^/_]+)\/index\.ts$/.exec(path)?.[1])
    .filter((name) => name !== undefined);
  return [
    denoCheck("format", "fmt", "--check"),
    denoCheck("lint", "lint"),
    denoCheck("types", "check", "--quiet", ...modules.filter((path) => !isApp(path))),
    denoCheck(
      "types of the console",
      ...["check", "--quiet", "--config=scripts/console/deno.json", ...modules.filter(isApp)],
    ),
    ...functions.map((name) => {
      const folder = `supabase/functions/${name}`;
      const config = `--config=${folder}/deno.json`;
      return denoCheck(
        `types of ${name}`,
        "check",
        "--quiet",
        "--no-lock",
        config,
        `${folder}/index.ts`,
      );
    }),
    denoCheck("OpenAPI", "run", "--allow-all", "scripts/openapi.ts", "--check"),
    // Without the network: a description is linted, nothing is told of it.
    denoCheck(
      "OpenAPI lint",
      "run",
      ...["--no-prompt", "--deny-net", "--allow-read", "--allow-env", "--allow-sys"],
      ...["@redocly/cli", "lint", "--extends", "recommended-strict", "openapi.json"],
    ),
    ruleCheck("import rules", () => checkImportRules(files)),
    ruleCheck("SQL rules", () => checkSqlRules(files)),
    ruleCheck("migrations", () => checkMigrations(files)),
    ruleCheck("secret scan", () => scanForSecrets(files)),
    ruleCheck("repository rules", () => checkRepositoryRules(files)),
  ];
}

async function timed({ name, run }: Check) {
  const start = performance.now();
  let found: string;
  try {
    found = await run();
  } catch (error) {
    found = `could not be run: ${error instanceof Error ? error.message : error}`;
  }
  return { name, found, seconds: (performance.now() - start) / 1000 };
}

if (import.meta.main) {
  answerHelp(usage);
  refuseArguments("check");
  let failures = 0;
  for await (const { name, found, seconds } of pooledMap(2, await createChecks(), timed)) {
    if (found !== "") failures++;
    printLine(
      `${found === "" ? "ok  " : "FAIL"}  ${name.padEnd(22)} ${seconds.toFixed(1).padStart(5)} s`,
    );
    if (found !== "") printLine(found.replace(/^/gm, "      "));
  }
  printLine(failures === 0 ? "All checks hold." : `${failures} of the checks failed.`);
  Deno.exit(failures === 0 ? 0 : 1);
}
