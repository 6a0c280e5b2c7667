import { writeDeployment } from "../../bundle/write-deployment.ts";
import { CommandError } from "../../support/command-error.ts";
import { functionNames } from "../../support/function-names.ts";
import type { SupabaseResult } from "../../support/supabase-cli.ts";
import { foreignFunctions, listFunctions, note } from "../deployed-functions.ts";
import type { Installation } from "../installation.ts";
import type { SetupStep } from "../step.ts";

/** Deploys the functions; those whose code is the deployed one stay as they are. */
export function functionsStep(installation: Installation): SetupStep {
  return {
    name: "functions",
    check: async () => {
      const deployed = new Set((await listFunctions(installation)).map(({ slug }) => slug));
      const missing = functionNames.filter((name) => !deployed.has(name));
      return missing.length > 0
        ? { status: "needed", message: `not deployed: ${missing.join(", ")}` }
        // Only a deployment compares the code.
        : { status: "unknown", message: "deployed; whether this very code, a deployment tells" };
    },
    apply: async () => {
      // Asked once more: what is somebody else's is replaced in no case.
      const foreign = await foreignFunctions(installation, await listFunctions(installation));
      if (foreign.length > 0) {
        throw new CommandError(
          "functions_foreign",
          `${
            foreign.join(", ")
          }: deployed, and not by Media Sync. Deploy yours under another name and delete it under ` +
            `this one; if it is Media Sync's after all, add --take-over ${foreign.join(",")}.`,
        );
      }
      await note(installation, "function", functionNames);
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
