import { CommandError } from "../../support/command-error.ts";
import type { Installation } from "../installation.ts";
import type { StepName } from "../step.ts";
import type { Findings, Obstacle } from "./obstacle.ts";

/** The steps that the Supabase CLI carries through, for a project that is named by its ref. */
const BY_REF: readonly StepName[] = ["link", "secrets", "functions"];

/**
 * Examines flags and variables: all that the chosen steps will ask for, without a call to anybody.
 *
 * @returns `isContradictory`: two of them name different projects, so that neither is to be touched.
 */
export async function examineVariables(
  installation: Installation,
  steps: readonly StepName[],
): Promise<Findings & { isContradictory: boolean }> {
  const obstacles: Obstacle[] = [];
  const notes: Obstacle[] = [];
  let isContradictory = false;
  const attempt = async (about: string, look: () => Promise<unknown>) => {
    try {
      await look();
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      if (error.code === "project_mismatch") isContradictory = true;
      if (!obstacles.some(({ message }) => message === error.message)) {
        obstacles.push({ about, message: error.message });
      }
    }
  };
  const needs = (...names: StepName[]) => steps.find((step) => names.includes(step));

  const byRef = needs(...BY_REF);
  if (byRef) await attempt(byRef, () => installation.requireRef());
  const byDatabase = needs("migrate", "vault");
  if (byDatabase && !await installation.hasDatabase()) {
    await attempt(byDatabase, () => installation.database());
  }
  const byKey = needs("webhook", "vault");
  if (byKey) {
    await attempt(byKey, async () => {
      const { secretKey, cronKey, isLocalStack } = await installation.project();
      checkKey("SUPABASE_SECRET_KEY", secretKey);
      checkKey("SUPABASE_CRON_KEY", cronKey);
      if (needs("vault") && !isLocalStack && cronKey === secretKey) {
        notes.push({
          about: "vault",
          message:
            "the jobs carry SUPABASE_SECRET_KEY, which may do everything: make a secret key named cron " +
            "(dashboard, Settings, API Keys), set SUPABASE_CRON_KEY to it, and run deno task setup --only vault",
        });
      }
    });
  }
  if (needs("functions") && !canBundle(Deno.version.deno)) {
    obstacles.push({
      about: "functions",
      message:
        `Deno ${Deno.version.deno} is too old to bundle the functions: run npx -y deno@2.9.6 task setup, or update it`,
    });
  }
  // The functions and this command read the same variables.
  if (needs("secrets")) await attempt("secrets", () => installation.functionsCloudinary());
  if (needs("webhook")) await attempt("webhook", () => installation.cloudinary());
  return { obstacles, notes, isContradictory };
}

/** Whether a version of Deno has the bundler that `scripts/bundle` uses. */
export function canBundle(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 2 || (major === 2 && minor >= 9);
}

/** The functions take the new kinds of key only, which every project can make beside its legacy ones. */
function checkKey(name: string, key: string): void {
  if (key.startsWith("eyJ")) {
    throw new CommandError(
      "key_legacy",
      `${name} is a legacy key (anon or service_role), which the functions do not take: make new keys (dashboard, ` +
        "Settings, API Keys, Create new API keys; the legacy ones go on working beside them) and put a secret key there.",
    );
  }
  if (key.startsWith("sb_publishable_")) {
    throw new CommandError(
      "key_publishable",
      `${name} is a publishable key: put a secret key there (dashboard, Settings, API Keys).`,
    );
  }
}
