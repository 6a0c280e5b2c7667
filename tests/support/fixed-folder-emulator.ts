/** The Cloudinary emulator of a fixed-folder product environment: a program for `StackOptions.emulatorEntrypoint`. */
import { parseArgs } from "node:util";
import { startEmulator } from "../../scripts/cloudinary/emulator.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    port: { type: "string" },
    assets: { type: "string" },
    seed: { type: "string" },
    behavior: { type: "string" },
    "cloud-name": { type: "string" },
    "notification-url": { type: "string" },
  },
});
const emulator = await startEmulator({
  port: Number(values.port ?? 0),
  cloudName: values["cloud-name"] ?? "demo",
  folderMode: "fixed",
  variant: values.behavior === "b" ? "b" : "a",
  apiKey: Deno.env.get("EMULATOR_API_KEY") ?? "",
  apiSecret: Deno.env.get("EMULATOR_API_SECRET") ?? "",
});
const ready = { http: emulator.http, cloudinary_url: emulator.cloudinaryUrl };
Deno.stdout.writeSync(new TextEncoder().encode(`READY ${JSON.stringify(ready)}\n`));

// Whoever started it keeps its standard input open for as long as it is wanted.
const stopped = new Promise<void>((resolve) => {
  Deno.addSignalListener("SIGINT", resolve);
  Deno.addSignalListener("SIGTERM", resolve);
});
const inputEnds = (async () => {
  const buffer = new Uint8Array(1024);
  while (await Deno.stdin.read(buffer) !== null);
})();
await Promise.race([stopped, inputEnds]);
await emulator.stop();
Deno.exit(0);
