/** The flags of `deno task setup`. */
import { badArguments, oneOf, readFlags } from "../support/read-flags.ts";
import type { InstallationOptions } from "./installation.ts";
import { STEP_NAMES, type StepName } from "./step.ts";

export const setupUsage =
  `Installs Media Sync in a Supabase project, of whatever age and with whatever in it. First it looks at everything and
tells at once what is in the way; nothing is changed before all of that is mended. May be run again, also after it was
stopped anywhere: it does what is missing and says what is in place.

  link        links this folder to the project
  migrate     applies the migrations, and notes them in media_sync.migrations; your own record of migrations is left alone
  secrets     hands the Cloudinary credentials of this environment to the functions
  functions   deploys media-list, sync and webhook, as one file each
  webhook     registers the webhook function's address with Cloudinary
  vault       stores the project's URL and the cron key in Vault, so that the jobs run

  --project-ref REF      the project (default: the linked one)
  --into DIR             adds Media Sync to the folder of a Supabase project instead: migration, functions, config.toml,
                         and a note of it; your own supabase db push and functions deploy carry it further
  --only STEP,STEP       only these steps
  --take-over NAME,NAME  these functions are Media Sync's, whatever deployed them; they are replaced
  --dry-run              looks, and says what it would do
  --yes                  asks nothing; needed where nobody can be asked
  --events KIND          each (default): a webhook for each event that matters; all: a single one
  --remove               takes the webhook away again; with --only vault, the secrets in Vault
  --url URL              the project's address (default: SUPABASE_URL, or that of the ref)
  --key-from-env NAME    the variable that holds the secret key (default SUPABASE_SECRET_KEY)
  --database-url URL     reaches the database by postgres://… and not through the CLI
  --json                 prints one JSON object and nothing else
  --help                 this text

From the environment: SUPABASE_ACCESS_TOKEN for the CLI; CLOUDINARY_URL, or
CLOUDINARY_CLOUD_NAME, CLOUDINARY_API_KEY and CLOUDINARY_API_SECRET; SUPABASE_SECRET_KEY; and for cron the secret key
named cron as SUPABASE_CRON_KEY (without it, the secret key). With no project named and deno task dev running, the
steps webhook and vault work on that stack.`;

/** What the flags say. */
export type SetupOptions =
  | { kind: "help" }
  | { kind: "into"; folder: string; dryRun: boolean; yes: boolean; json: boolean }
  | {
    kind: "run";
    steps: StepName[];
    dryRun: boolean;
    yes: boolean;
    remove: boolean;
    json: boolean;
    events: "each" | "all";
    installation: InstallationOptions;
  };

/**
 * Reads the flags.
 *
 * @throws CommandError `bad_arguments`
 */
export function parseSetupOptions(args: string[]): SetupOptions {
  const values = readFlags("setup", args, {
    "project-ref": { type: "string" },
    only: { type: "string" },
    into: { type: "string" },
    "dry-run": { type: "boolean", default: false },
    yes: { type: "boolean", default: false },
    events: { type: "string", default: "each" },
    remove: { type: "boolean", default: false },
    url: { type: "string" },
    "key-from-env": { type: "string" },
    "database-url": { type: "string" },
    "take-over": { type: "string" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  });
  if (values.help) return { kind: "help" };
  const { into, remove } = values;
  if (into !== undefined) {
    const others = [
      "only",
      "project-ref",
      "remove",
      "url",
      "key-from-env",
      "database-url",
      "take-over",
    ] as const;
    const other = others.find((flag) => values[flag] !== undefined && values[flag] !== false);
    if (other !== undefined) {
      throw badArguments("setup", `--into writes files only and knows no --${other}.`);
    }
    return {
      kind: "into",
      folder: into,
      dryRun: values["dry-run"],
      yes: values.yes,
      json: values.json,
    };
  }
  const chosen = (values.only ?? (remove ? "webhook" : STEP_NAMES.join(","))).split(",")
    .map((name) => oneOf("setup", "only", name.trim(), STEP_NAMES));
  const lasting = chosen.filter((name) => name !== "webhook" && name !== "vault");
  if (remove && lasting.length > 0) {
    throw badArguments("setup", `--remove knows webhook and vault, not ${lasting.join(", ")}.`);
  }
  return {
    kind: "run",
    steps: STEP_NAMES.filter((name) => chosen.includes(name)),
    dryRun: values["dry-run"],
    yes: values.yes,
    remove,
    json: values.json,
    events: oneOf("setup", "events", values.events, ["each", "all"]),
    installation: {
      projectRef: values["project-ref"],
      url: values.url,
      keyFromEnv: values["key-from-env"],
      databaseUrl: values["database-url"],
      takenOver: values["take-over"]?.split(",").map((name) => name.trim()),
    },
  };
}
