/** The changelog's blocks: one a version, and one for what is not released. */
import { CommandError } from "../support/command-error.ts";

export const CHANGELOG_FILE = "CHANGELOG.md";

const UNRELEASED = "## Unreleased\n";
/** What stands there until the first release, and is no change. */
const FOREWORD = /^The first release, [\d.]+, will be what stands here\.\n+/;

/**
 * Gives the Unreleased block its version and date, and opens a new one above it.
 *
 * @param text The changelog.
 * @param version `major.minor.patch`.
 * @param date `YYYY-MM-DD`.
 * @throws CommandError `nothing_to_release` where nothing stands under Unreleased.
 */
export function releaseBlock(text: string, version: string, date: string): string {
  const start = text.indexOf(UNRELEASED);
  const rest = start < 0 ? "" : text.slice(start + UNRELEASED.length).trimStart();
  const changes = rest.replace(FOREWORD, "");
  if (changes.trim() === "" || changes.startsWith("## ")) {
    throw new CommandError(
      "nothing_to_release",
      `Nothing stands under "Unreleased" in ${CHANGELOG_FILE}: say first what changes for whom.`,
    );
  }
  return `${text.slice(0, start)}${UNRELEASED}\n## ${version} - ${date}\n\n${changes}`;
}

/** Whether a version has its block. */
export function tellsOf(text: string, version: string): boolean {
  return text.includes(`\n## ${version} - `);
}

/**
 * What changed with a version: the text of its release.
 *
 * @throws CommandError `unknown_version` where it has no block.
 */
export function changesOf(text: string, version: string): string {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`## ${version} - `));
  if (start < 0) {
    throw new CommandError("unknown_version", `${CHANGELOG_FILE} tells of no version ${version}.`);
  }
  const length = lines.slice(start + 1).findIndex((line) => line.startsWith("## "));
  return lines.slice(start + 1, length < 0 ? undefined : start + 1 + length).join("\n").trim();
}
