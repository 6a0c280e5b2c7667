/** The facts that are probed for: the emulator's list, so that it can be set to what is found. */
export { type Behavior, FACTS } from "../cloudinary-emulator/mod.ts";
