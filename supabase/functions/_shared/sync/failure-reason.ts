import { CloudinaryError } from "../cloudinary/errors.ts";
import { DatabaseError } from "../media/database-error.ts";
import type { RunError } from "../contract/run.ts";

/** Why a run ended or paused, in our own words: what others said stays in the function's log. */
export interface FailureReason {
  error: RunError;
  /** No later call can do better: the run ends. */
  isFinal: boolean;
}

/** What no later attempt can change: somebody must mend the configuration or the code. */
const HOPELESS: ReadonlySet<string> = new Set(["unauthorized", "forbidden", "bad_request"]);

/** What an exception says about a run. */
export function failureReason(error: unknown): FailureReason {
  if (error instanceof CloudinaryError) {
    return {
      error: { code: `cloudinary_${error.code}`, message: error.message },
      isFinal: HOPELESS.has(error.code),
    };
  }
  if (error instanceof DatabaseError) {
    return error.retryable
      ? {
        error: { code: "database_unavailable", message: "The database did not answer." },
        isFinal: false,
      }
      : {
        error: {
          code: "database_error",
          message:
            `The database refused a step of the sync (${error.code}); the function's log holds more.`,
        },
        isFinal: true,
      };
  }
  return {
    error: {
      code: "internal_error",
      message: "The sync met an error of its own; the function's log holds more.",
    },
    isFinal: true,
  };
}
