import { functionNames } from "../../support/function-names.ts";
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
      const { stdout, stderr } = await installation.cli([
        ...["functions", "deploy", ...functionNames],
        ...[`--remote=${await installation.requireRef()}`, "--use-api", "--yes"],
      ]);
      const unchanged = (stdout + stderr).match(/No change found in Function/gi)?.length ?? 0;
      return unchanged === functionNames.length
        ? "deployed already, nothing changed"
        : `${functionNames.join(", ")} deployed`;
    },
  };
}

function readSlugs(stdout: string): Set<string> {
  try {
    const listed: unknown = JSON.parse(stdout);
    return new Set(Array.isArray(listed) ? listed.map(({ slug, name }) => slug ?? name) : []);
  } catch {
    return new Set();
  }
}
