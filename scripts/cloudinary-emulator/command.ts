import { parseArgs } from "node:util";
import { startEmulator } from "./emulator.ts";
import { describeFacts } from "./store/behavior.ts";

const HELP = `Runs the Cloudinary emulator as a process of its own.

  --port N                port on the loopback interface, 0 = any free one (default 0)
  --assets N              assets to generate (default 0)
  --seed N                seed of the generated library (default 1)
  --cloud-name NAME       cloud name (default demo)
  --folder-mode MODE      dynamic (default) or fixed
  --behavior a|b          which variant of every uncertain fact (default a)
  --facts                 prints the table of uncertain facts and ends
  --notification-url URL  webhook that gets every event
  --help                  this text

EMULATOR_API_KEY and EMULATOR_API_SECRET name the credentials; both are random when absent.
Prints one line "READY {json}" and runs until SIGINT, SIGTERM or the end of its standard input.
`;

/** Reads a whole number from a flag. */
function wholeNumber(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} must be a whole number`);
  return Number(text);
}

/** Resolves when the process is asked to stop. */
async function stopRequested(): Promise<void> {
  const signals = new Promise<void>((resolve) => {
    Deno.addSignalListener("SIGINT", () => resolve());
    Deno.addSignalListener("SIGTERM", () => resolve());
  });
  const inputEnds = (async () => {
    const buffer = new Uint8Array(1024);
    while (await Deno.stdin.read(buffer) !== null);
  })();
  await Promise.race([signals, inputEnds]);
}

async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: "string" },
      assets: { type: "string" },
      seed: { type: "string" },
      "cloud-name": { type: "string" },
      "folder-mode": { type: "string" },
      "notification-url": { type: "string" },
      behavior: { type: "string" },
      facts: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    Deno.stdout.writeSync(new TextEncoder().encode(HELP));
    return;
  }
  if (values.facts) {
    Deno.stdout.writeSync(new TextEncoder().encode(`${describeFacts()}\n`));
    return;
  }
  const variant = values.behavior ?? "a";
  if (variant !== "a" && variant !== "b") throw new Error("--behavior must be a or b");
  const folderMode = values["folder-mode"];
  if (folderMode !== undefined && folderMode !== "dynamic" && folderMode !== "fixed") {
    throw new Error("--folder-mode must be dynamic or fixed");
  }
  const notificationUrl = values["notification-url"];
  const emulator = await startEmulator({
    port: wholeNumber("port", values.port, 0),
    assets: wholeNumber("assets", values.assets, 0),
    seed: wholeNumber("seed", values.seed, 1),
    cloudName: values["cloud-name"],
    variant,
    folderMode,
    apiKey: Deno.env.get("EMULATOR_API_KEY"),
    apiSecret: Deno.env.get("EMULATOR_API_SECRET"),
    notificationUrls: notificationUrl === undefined ? [] : [notificationUrl],
  });
  const ready = { http: emulator.http, cloudinary_url: emulator.cloudinaryUrl };
  // Listened for before anybody is told that it is ready, who may stop it at once.
  const stopped = stopRequested();
  Deno.stdout.writeSync(new TextEncoder().encode(`READY ${JSON.stringify(ready)}\n`));
  await stopped;
  await emulator.stop();
}

/** Runs the emulator until it is asked to stop, then ends the process: 0, 1 where it could not start, 2 for wrong arguments. */
export async function runCommand(args: readonly string[]): Promise<never> {
  try {
    await run(args);
    Deno.exit(0);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // What node:util's parseArgs throws.
    const isUsage = error instanceof TypeError && "code" in error;
    const hint = isUsage ? "\nSee: deno task cloudinary --help" : "";
    Deno.stderr.writeSync(new TextEncoder().encode(`${message}${hint}\n`));
    Deno.exit(isUsage ? 2 : 1);
  }
}
