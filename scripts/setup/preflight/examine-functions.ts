import { foreignFunctions, listFunctions } from "../deployed-functions.ts";
import type { Installation } from "../installation.ts";
import { CommandError } from "../../support/command-error.ts";
import { functionNames } from "../../support/function-names.ts";
import type { Findings } from "./obstacle.ts";

/** Functions that a project on the free plan may have; others have more (Supabase's documentation of limits). */
const FEWEST_FUNCTIONS = 100;

/** Examines the project's functions: those of our names that are somebody else's, and how many there may be. */
export async function examineFunctions(installation: Installation): Promise<Findings> {
  try {
    const deployed = await listFunctions(installation);
    const foreign = await foreignFunctions(installation, deployed);
    const obstacles = foreign.length === 0 ? [] : [{
      about: "functions",
      message: `the project has functions of the same names that Media Sync did not deploy: ${
        foreign.join(", ")
      }. Deploy yours under another name and delete it under this one; if it is Media Sync's after all, add --take-over ${
        foreign.join(",")
      }`,
    }];
    const missing = functionNames.filter((name) => !deployed.some(({ slug }) => slug === name));
    const notes = deployed.length + missing.length <= FEWEST_FUNCTIONS ? [] : [{
      about: "functions",
      message:
        `the project has ${deployed.length} functions and gets ${missing.length} more; the free plan takes ` +
        `${FEWEST_FUNCTIONS}`,
    }];
    return { obstacles, notes };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { obstacles: [{ about: "functions", message: error.message }], notes: [] };
  }
}
