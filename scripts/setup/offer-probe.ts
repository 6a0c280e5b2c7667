import { probeCommand } from "../probe/probe-command.ts";
import type { Surroundings } from "../support/command.ts";
import { CommandError } from "../support/command-error.ts";
import type { InstallationOptions } from "./installation.ts";

/**
 * Offers to find out how the Cloudinary account behaves. Nothing depends on it: whoever declines, and an account that
 * cannot be probed now, leave the installation as it is.
 *
 * @param isSilent Nobody is to be asked.
 */
export async function offerProbe(
  { projectRef, url, databaseUrl }: InstallationOptions,
  isSilent: boolean,
  surroundings: Surroundings,
): Promise<void> {
  const { print, printError, isTerminal } = surroundings;
  print("Find out how this Cloudinary account behaves: deno task probe");
  if (isSilent || !isTerminal) return;
  const flags = { "project-ref": projectRef, url, "database-url": databaseUrl };
  const args = Object.entries(flags).flatMap(([flag, value]) =>
    value === undefined ? [] : [`--${flag}=${value}`]
  );
  try {
    await probeCommand(args, surroundings);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    if (error.code !== "declined") printError(error.message);
  }
}
