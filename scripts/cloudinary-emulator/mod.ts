/**
 * The Cloudinary emulator's one door: who stands outside imports from here alone, and `deno task cloudinary` runs it.
 *
 * It speaks Cloudinary's HTTP API, so that most users need nothing but `startEmulator` and the address.
 */
import { runCommand } from "./command.ts";

// Starting it: as a server of its own address, inside a program without a socket, or as a command.
export { type Emulator, type EmulatorOptions, startEmulator } from "./emulator.ts";
export { createEmbedded, type Embedded, type EmbeddedOptions } from "./embedded.ts";
export { runCommand };

// What is uncertain about Cloudinary: every fact with its variants.
export { type Behavior, describeFacts, FACTS, type Variant } from "./store/behavior.ts";

// What it answers: every route, and what it leaves out by its name.
export { routes } from "./server/routes.ts";
export { OUT_OF_SCOPE } from "./admin/out-of-scope.ts";

// What is in the library, as `Embedded.assets` tells it.
export type { Asset } from "./store/asset.ts";

// How Cloudinary signs a notification, for receivers that are tested with notifications of their own.
export { signNotification } from "./notifications/signature.ts";

if (import.meta.main) await runCommand(Deno.args);
