import { writeDeployment } from "../../bundle/write-deployment.ts";
import { functionNames } from "../../support/function-names.ts";
import type { SupabaseResult } from "../../support/supabase-cli.ts";
import type { Installation } from "../installation.ts";
import type { SetupStep } from "../step.ts";

/** Deploys the functions; those whose code is the deployed one stay as they are. */
export function functionsStep(installation: Installation): SetupStep {
  return {
    name: "functions",
    check: async () => {
      const { stdout } = await installation.cli([
        ...["functions", "list", `--remote=${await installation.requireRef()}`],
        ...["-o", "json", "--agent=no"],
      ]);
      const deployed = readSlugs(stdout);
      const missing = functionNames.filter((name) => !deployed.has(name));
      return missing.length > 0
        ? { status: "needed", message: `not deployed: ${missing.join(", ")}` }
        // Only a deployment compares the code.
        : { status: "unknown", message: "deployed; whether this very code, a deployment tells" };
    },
    apply: async () => {
      const { stdout, stderr } = await deployBundles(installation);
      const unchanged = (stdout + stderr).match(/No change found in Function/gi)?.length ?? 0;
      return unchanged === functionNames.length
        ? "deployed already, nothing changed"
        : `${functionNames.join(", ")} deployed`;
    },
  };
}

/** As one file each: the platform would take whole packages, which are more than its server bundles. */
async function deployBundles(installation: Installation): Promise<SupabaseResult> {
  const folder = await Deno.makeTempDir();
  try {
    await writeDeployment(folder, await installation.bundleFunctions());
    return await installation.cli([
      ...["functions", "deploy", ...functionNames],
      ...[`--remote=${await installation.requireRef()}`, "--use-api", "--yes"],
    ], { cwd: folder });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function readSlugs(stdout: string): Set<string> {
  try {
    const listed: unknown = JSON.parse(stdout);
    return new Set(Array.isArray(listed) ? listed.map(({ slug, name }) => slug ?? name) : []);
  } catch {
    return new Set();
  }
}
