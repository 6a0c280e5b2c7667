/** The Cloudinary emulator of a fixed-folder product environment: a program for `StackOptions.emulatorEntrypoint`. */
import { runCommand } from "../../scripts/cloudinary-emulator/mod.ts";

await runCommand([...Deno.args, "--folder-mode", "fixed"]);
