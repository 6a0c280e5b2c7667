import { foreignFunctions, listFunctions } from "../setup/deployed-functions.ts";
import type { Installation } from "../setup/installation.ts";
import { functionNames } from "../support/function-names.ts";
import type { Removal } from "./removal.ts";

/** The deployed functions, as far as they are ours. */
export function functionsRemoval(installation: Installation): Removal {
  const ours = async (): Promise<string[]> => {
    if (!await installation.isHosted()) return [];
    const deployed = await listFunctions(installation);
    const foreign = await foreignFunctions(installation, deployed);
    return deployed.map(({ slug }) => slug)
      .filter((slug) => functionNames.includes(slug) && !foreign.includes(slug));
  };
  return {
    part: "functions",
    gone: "none of Media Sync's is deployed",
    look: async () => {
      const names = await ours();
      return names.length === 0 ? null : names.join(", ");
    },
    apply: async () => {
      const names = await ours();
      const remote = `--remote=${await installation.requireRef()}`;
      for (const name of names) {
        await installation.cli(["functions", "delete", name, remote, "--yes"]);
      }
      return `${names.join(", ")} deleted`;
    },
  };
}
