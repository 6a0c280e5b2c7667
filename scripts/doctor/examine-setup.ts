import type { Installation } from "../setup/installation.ts";
import type { SetupStep } from "../setup/step.ts";
import type { RunSupabase } from "../support/supabase-cli.ts";
import { SUPABASE_CLI_VERSION } from "../support/supabase-cli.ts";
import type { Examination } from "./finding.ts";
import { fixByStep } from "./fixes.ts";

/** A part that `deno task setup` makes: what its check says. */
export function examineStep(step: SetupStep, applies: () => Promise<boolean>): Examination {
  return {
    name: step.name,
    examine: async () => {
      if (!await applies()) {
        return [{ check: step.name, status: "skipped", message: "not for this project" }];
      }
      const { status, message } = await step.check();
      return [
        status === "needed"
          ? {
            check: step.name,
            status: "problem",
            message,
            mend: `deno task setup --only ${step.name}`,
            fix: fixByStep(step),
          }
          : { check: step.name, status: "ok", message },
      ];
    },
  };
}

/** The Supabase CLI, which hosted projects are set up with. */
export function examineCli(
  runSupabase: RunSupabase,
  applies: () => Promise<boolean>,
): Examination {
  return {
    name: "cli",
    examine: async () => {
      if (!await applies()) {
        return [{ check: "cli", status: "skipped", message: "only of hosted projects" }];
      }
      const { code, stdout, stderr } = await runSupabase(["--version"]);
      if (code === 0) {
        return [{ check: "cli", status: "ok", message: `Supabase CLI ${stdout.trim()}` }];
      }
      return [{
        check: "cli",
        status: "problem",
        message: `the Supabase CLI ${SUPABASE_CLI_VERSION} does not start: ${stderr.trim()}`,
        mend: "install Node.js, which brings npx, and allow it to fetch the npm package supabase",
      }];
    },
  };
}

/** The credentials in this command's environment, tried on Cloudinary itself. */
export function examineCloudinary(installation: Installation): Examination {
  return {
    name: "cloudinary",
    examine: async () => {
      const cloudinary = await installation.cloudinary();
      try {
        await cloudinary.ping();
        const { data, rateLimit } = await cloudinary.config();
        if (rateLimit !== null && rateLimit.remaining * 10 < rateLimit.limit) {
          return [{
            check: "cloudinary",
            status: "warning",
            message:
              `only ${rateLimit.remaining} of ${rateLimit.limit} calls are left until ${rateLimit.resetAt.toISOString()}`,
            mend: "wait, or ask Cloudinary for a higher limit; background work rests meanwhile",
          }];
        }
        const calls = rateLimit === null
          ? ""
          : `, ${rateLimit.remaining} of ${rateLimit.limit} calls left`;
        return [{
          check: "cloudinary",
          status: "ok",
          message: `credentials accepted, ${data.folderMode} folders${calls}`,
        }];
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        return [{
          check: "cloudinary",
          status: "problem",
          message: error.message,
          mend: "set the credentials from Cloudinary's console (Settings, API Keys) in this " +
            "environment, then deno task setup --only secrets",
        }];
      }
    },
  };
}
