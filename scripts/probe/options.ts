import type { InstallationOptions } from "../setup/installation.ts";
import { badArguments, readFlags } from "../support/read-flags.ts";

export const probeUsage =
  `Finds out how a Cloudinary account behaves where the documentation leaves it open.

Uploads some tiny assets under a random prefix, tries each uncertain fact on them, and takes everything away again, also
when it is interrupted. Asks before it begins, and says what it costs.

  --output FILE        the findings as JSON, as the emulator's PUT /_emulator/behavior takes them
                       (default cloudinary-behavior.json)
  --receive URL        a public address that leads to --receive-port on this machine (a tunnel): finds out which edits
                       Cloudinary tells and how; without it these facts are left out
  --receive-port N     the port for it (default 54340)
  --retries            also how notifications are tried again: takes more than three minutes
  --yes                asks nothing; needed where nobody can be asked
  --json               prints one JSON object and nothing else
  --project-ref REF    stores what the product needs (the cap of look-ups) in this project's settings
  --url URL            the project's address (default: SUPABASE_URL, or that of the ref)
  --database-url URL   reaches its database by postgres://… and not through the CLI
  --help               this text

From the environment: CLOUDINARY_URL, or CLOUDINARY_CLOUD_NAME, CLOUDINARY_API_KEY and CLOUDINARY_API_SECRET. With no
project named and deno task dev running, it is that stack's library that is probed, and that stack whose settings it keeps.`;

/** What the flags say. */
export interface ProbeOptions {
  help: boolean;
  output: string;
  receive: string | null;
  receivePort: number | null;
  retries: boolean;
  yes: boolean;
  json: boolean;
  installation: InstallationOptions;
}

/**
 * Reads the flags.
 *
 * @throws CommandError `bad_arguments`
 */
export function parseProbeOptions(args: string[]): ProbeOptions {
  const values = readFlags("probe", args, {
    output: { type: "string", default: "cloudinary-behavior.json" },
    receive: { type: "string" },
    "receive-port": { type: "string" },
    retries: { type: "boolean", default: false },
    yes: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    "project-ref": { type: "string" },
    url: { type: "string" },
    "database-url": { type: "string" },
    help: { type: "boolean", default: false },
  });
  const port = values["receive-port"];
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) < 65_536)) {
    throw badArguments("probe", "--receive-port takes a port's number.");
  }
  if (values.receive !== undefined && !/^https?:\/\//.test(values.receive)) {
    throw badArguments("probe", "--receive takes an address that begins with https://.");
  }
  return {
    help: values.help,
    output: values.output,
    receive: values.receive ?? null,
    receivePort: port === undefined ? null : Number(port),
    retries: values.retries,
    yes: values.yes,
    json: values.json,
    installation: {
      projectRef: values["project-ref"],
      url: values.url,
      databaseUrl: values["database-url"],
    },
  };
}
