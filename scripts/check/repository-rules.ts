import type { Finding } from "./finding.ts";
import type { RepositoryFile } from "./repository-files.ts";

/** Longest file, in lines. */
const MAX_LINES = 400;
/** Longest file of the schemas. */
const MAX_SCHEMA_LINES = 300;
const GENERATED = new Set([
  "supabase/functions/_shared/media/database.types.ts",
  "tests/support/openapi-types.ts",
]);

/** All that one language has to say stands together, for whoever translates it. */
const TEXTS = /^scripts\/console\/app\/texts\//;

/** Checks everything about the repository's files that is neither an import nor a secret. */
export function checkRepositoryRules(files: RepositoryFile[]): Finding[] {
  return [checkPins, checkMigrationNames, checkLengths, checkMachineTraces].flatMap((rule) =>
    rule(files)
  );
}

/** Every dependency names one exact version, and each function pins what the root pins. */
export function checkPins(files: RepositoryFile[]): Finding[] {
  const findings: Finding[] = [];
  const root = importsOf(files.find(({ path }) => path === "import_map.json"));
  for (const file of files) {
    const isFunction = /^supabase\/functions\/[^/]+\/deno\.json$/.test(file.path);
    if (!isFunction && file.path !== "import_map.json") continue;
    for (const [name, target] of Object.entries(importsOf(file))) {
      if (
        !/^npm:\/?(@[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+(-[\w.]+)?(\/|$)/.test(target) &&
        !/^\.\.?\//.test(target)
      ) {
        findings.push({
          file: file.path,
          message: `"${name}" is not pinned to one version: ${target}`,
        });
      }
      if (isFunction && root[name] !== target) {
        const message = `"${name}" is ${target}, but ${root[name] ?? "absent"} in import_map.json`;
        findings.push({ file: file.path, message });
      }
    }
  }
  return findings;
}

/** Migrations are named `<timestamp>_topic.sql`; the Supabase CLI skips others. No two share a timestamp. */
export function checkMigrationNames(files: RepositoryFile[]): Finding[] {
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (const { path } of files) {
    const name = /^supabase\/migrations\/(.+)$/.exec(path)?.[1];
    if (name === undefined) continue;
    const version = /^(\d{14})_[a-z0-9]+(?:_[a-z0-9]+)*\.sql$/.exec(name)?.[1];
    if (version === undefined) {
      findings.push({ file: path, message: "is not <timestamp>_topic.sql" });
    } else if (seen.has(version)) {
      findings.push({ file: path, message: `version ${version} is taken` });
    } else seen.add(version);
  }
  return findings;
}

/** Code is kept in files that can be read at one sitting. */
export function checkLengths(files: RepositoryFile[]): Finding[] {
  return files
    .filter(({ path }) =>
      /^(supabase\/(client|functions|schemas|tests)|scripts|tests)\/.*\.(ts|tsx|js|sql|sh)$/.test(
        path,
      )
    )
    .filter(({ path }) => !GENERATED.has(path) && !TEXTS.test(path))
    .map(({ path, text }) => ({
      path,
      lines: text.split("\n").length - 1,
      most: path.startsWith("supabase/schemas/") ? MAX_SCHEMA_LINES : MAX_LINES,
    }))
    .filter(({ lines, most }) => lines > most)
    .map(({ path, lines, most }) => ({ file: path, message: `${lines} lines, more than ${most}` }));
}

const MACHINE_PATH = /(?<![\w.}/-])\/(?:root|work|tmp|home\/\w+|Users\/\w+)\/[\w.-]/;
const REGISTRY = /https?:\/\/(?:registry|npm)\.[\w.-]+|https?:\/\/[\w.-]+\/(?:artifactory|nexus)\//;

/** No trace of the machine that a file was written on: absolute paths, a package registry's address. */
export function checkMachineTraces(files: RepositoryFile[]): Finding[] {
  const findings: Finding[] = [];
  for (const { path, text } of files) {
    const isLock = /(^|\/)(deno\.lock|package-lock\.json)$/.test(path);
    text.split("\n").forEach((content, index) => {
      const line = index + 1;
      if (MACHINE_PATH.test(content)) {
        findings.push({ file: path, line, message: "names a path of one machine" });
      }
      if (isLock ? /https?:\/\//.test(content) : REGISTRY.test(content)) {
        findings.push({ file: path, line, message: "names a package registry's address" });
      }
    });
  }
  return findings;
}

function importsOf(file: RepositoryFile | undefined): Record<string, string> {
  return file ? JSON.parse(file.text).imports ?? {} : {};
}
