import { createInstallation, type InstallationOptions } from "../setup/installation.ts";
import type { Surroundings } from "../support/command.ts";
import type { Finding } from "./finding.ts";

/**
 * Stores the cap of look-ups in the settings of the project, where one is named.
 *
 * @returns What was done, one sentence.
 * @throws CommandError where the named project's database cannot be reached.
 */
export async function storeLookUpCap(
  findings: readonly Finding[],
  options: InstallationOptions,
  surroundings: Surroundings,
): Promise<string> {
  const cap = findings.find(({ name }) => name === "look_up_cap")?.value;
  if (typeof cap !== "number") return "The cap of look-ups is not known; the product learns it.";
  const installation = createInstallation(options, surroundings);
  if (!await installation.hasDatabase()) {
    return "No project is named: the product learns the cap of look-ups by itself.";
  }
  const database = await installation.database();
  await database.query("update media_sync.settings set look_up_cap = $1::integer", [String(cap)]);
  return `The project's settings know the cap of look-ups now: ${cap}.`;
}
