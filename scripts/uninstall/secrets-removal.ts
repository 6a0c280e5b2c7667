import { notedAs } from "../setup/deployed-functions.ts";
import type { Installation } from "../setup/installation.ts";
import { listSecrets } from "../setup/steps/secrets.ts";
import type { Removal } from "./removal.ts";

/** The functions' variables, as far as setup set them and the project had none before. */
export function secretsRemoval(installation: Installation): Removal {
  const ours = async (): Promise<string[]> => {
    if (!await installation.isHosted()) return [];
    const noted = await notedAs(installation, "secret");
    if (noted.length === 0) return [];
    const set = await listSecrets(installation);
    return noted.filter((name) => set.has(name)).sort();
  };
  return {
    part: "secrets",
    gone: "none that setup set",
    look: async () => {
      const names = await ours();
      return names.length === 0 ? null : names.join(", ");
    },
    apply: async () => {
      const names = await ours();
      await installation.cli([
        ...["secrets", "unset", ...names],
        ...[`--remote=${await installation.requireRef()}`, "--yes"],
      ]);
      return `${names.join(", ")} unset`;
    },
  };
}
