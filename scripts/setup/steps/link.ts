import type { Installation } from "../installation.ts";
import type { SetupStep } from "../step.ts";

/** Links this folder to the project, so that the CLI's own commands find it too. */
export function linkStep(installation: Installation): SetupStep {
  return {
    name: "link",
    check: async () => {
      const [ref, linked] = [await installation.requireRef(), await installation.linkedRef()];
      if (linked === ref) return { status: "in_place", message: `linked to ${ref}` };
      return {
        status: "needed",
        message: linked === null ? "not linked" : `linked to another project, ${linked}`,
      };
    },
    apply: async () => {
      const ref = await installation.requireRef();
      await installation.cli(["link", `--project-ref=${ref}`, "--yes"]);
      return `linked to ${ref}`;
    },
  };
}
