import { DATABASE_VERSION } from "../../supabase/functions/_shared/media/database-version.ts";
import type { Installation } from "../setup/installation.ts";
import { functionsStep } from "../setup/steps/functions.ts";
import type { Finding } from "./finding.ts";
import { fixByStep } from "./fixes.ts";

/** What health tells of it: see media_sync.check_versions(). */
interface Told {
  status: string;
  message: string;
}

/**
 * Whether functions and database are of one version. Health knows what each function told when it began; what runs
 * since before that, `sync` tells itself, in the description of its API.
 *
 * @param told The check `versions`, after each function was called; absent in what an older database tells.
 */
export async function examineVersions(
  installation: Installation,
  told: Told | undefined,
): Promise<Finding> {
  const check = "versions";
  const client = await installation.client();
  const { data: database } = await client.rpc("media_sync_version");
  const problem = async (message: string): Promise<Finding> => {
    // A deployment from here cures it only where the database is what this code is made for.
    const isCurable = database === DATABASE_VERSION && await installation.isHosted();
    const fix = isCurable ? { fix: fixByStep(functionsStep(installation)) } : {};
    return { check, status: "problem", message, mend: "deno task deploy", ...fix };
  };
  if (told !== undefined && told.status !== "ok") return await problem(told.message);

  const { body } = await client.call("sync?format=openapi");
  const functions: unknown = body?.info?.version;
  if (typeof functions !== "string" || typeof database !== "string") {
    return { check, status: "skipped", message: "see function sync and database" };
  }
  return functions === database
    ? { check, status: "ok", message: `functions and database are ${database}` }
    : await problem(`the functions are ${functions}, the database is ${database}`);
}
