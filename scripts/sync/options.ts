/** The flags of `deno task sync`. */
import type { ProjectOptions } from "../support/project.ts";
import { projectUsage } from "../support/project.ts";
import { badArguments, oneOf, readFlags, wholeNumber } from "../support/read-flags.ts";

export const syncUsage = `Runs a sync of a project and shows its progress.

  --full                      a full reconcile (default: what is due)
  --force                     as --full, and looks again at assets that seem unchanged
  --rebuild                   after a loss: makes anew what the sync remembers, then as --force; what was kept of
                              usage and collections finds its assets again, and nothing is deleted in Cloudinary
  --dry-run                   only plans: prints every action that a full reconcile would take
  --direction KIND            both (default), pull or push
  --resource-type TYPE        only image, video or raw
  --folder FOLDER             only this folder and those below
  --single-asset ID           only this asset: a public_id or an asset_id
  --facts                     asks at once for what listings do not tell
  --batch-size N              assets a page, 1 to 500 (default 500)
  --allow-mass-delete RUN_ID  lets a blocked run delete what it wants to, once
  --url URL                   the project's address
  --key-from-env NAME         the variable that holds the secret key (default SUPABASE_SECRET_KEY)
  --json                      prints one JSON object and nothing else
  --help                      this text

${projectUsage}
Exits 0 when the run is completed without errors, 1 when it failed or an asset did, 2 for wrong flags,
3 when it is blocked, 130 when interrupted.`;

/** The body of `POST sync`. */
export type SyncBody = Record<string, string | number | boolean>;

/** What the flags say. */
export type SyncOptions =
  | { kind: "help" }
  | {
    kind: "run";
    body: SyncBody;
    /** What the sync remembers is made anew first. */
    rebuild: boolean;
    dryRun: boolean;
    json: boolean;
    project: ProjectOptions;
  };

/**
 * Reads the flags.
 *
 * @throws CommandError `bad_arguments`
 */
export function parseSyncOptions(args: string[]): SyncOptions {
  const values = readFlags("sync", args, {
    full: { type: "boolean", default: false },
    force: { type: "boolean", default: false },
    rebuild: { type: "boolean", default: false },
    "dry-run": { type: "boolean", default: false },
    direction: { type: "string" },
    "resource-type": { type: "string" },
    folder: { type: "string" },
    "single-asset": { type: "string" },
    facts: { type: "boolean", default: false },
    "batch-size": { type: "string" },
    "allow-mass-delete": { type: "string" },
    url: { type: "string" },
    "key-from-env": { type: "string" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  });
  if (values.help) return { kind: "help" };
  const body: SyncBody = {};
  if (values.full) body.full = true;
  if (values.force) body.force = true;
  if (values["dry-run"]) body.dry_run = true;
  if (values.direction !== undefined) {
    body.direction = oneOf("sync", "direction", values.direction, ["both", "pull", "push"]);
  }
  if (values["resource-type"] !== undefined) {
    const types = ["image", "video", "raw"] as const;
    body.resource_type = oneOf("sync", "resource-type", values["resource-type"], types);
  }
  if (values.folder !== undefined) body.folder = values.folder;
  if (values.facts) body.facts = true;
  if (values["single-asset"] !== undefined) body.single_asset = values["single-asset"];
  if (values["batch-size"] !== undefined) {
    body.batch_size = wholeNumber("sync", "batch-size", values["batch-size"], 1, 500);
  }
  if (values["allow-mass-delete"] !== undefined) {
    body.allow_mass_delete = values["allow-mass-delete"];
  }
  if (values.rebuild) {
    if (
      Object.keys(body).some((key) => key !== "force" && key !== "full" && key !== "batch_size")
    ) {
      throw badArguments("sync", "--rebuild works on the whole library: leave the others out.");
    }
    body.force = true;
  }
  return {
    kind: "run",
    body,
    rebuild: values.rebuild,
    dryRun: values["dry-run"],
    json: values.json,
    project: { url: values.url, keyFromEnv: values["key-from-env"] },
  };
}
