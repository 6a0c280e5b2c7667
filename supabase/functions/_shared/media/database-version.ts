import { ApiError } from "../http/api-error.ts";
import { callFunction, defaultRetryPolicy, type RetryPolicy } from "./call-function.ts";
import { DatabaseError } from "./database-error.ts";
import type { FunctionArguments } from "./function-types.ts";
import type { MediaClient } from "./types.ts";

/** The version of the schema that the functions are made for: what `media_sync.version()` tells there. */
export const DATABASE_VERSION = "0.1.0-dev";

/** What to run when the database is older. */
export const UPDATE_DATABASE = "run npx -y deno task deploy, or supabase db push";

/** The answer, once it was right; while it is asked for, everybody waits for the same one. */
let confirmed: Promise<void> | undefined;

/**
 * Makes sure that the database is not older than the code that works with it. Asks once per isolate; an answer that is
 * not right is not kept, so that the first request after the update goes through. The question tells the database which
 * function asks and its version; its health tells where that is another.
 *
 * @param client A client with a secret key.
 * @param functionName The function that runs here: `media-list`, `sync` or `webhook`.
 * @throws {ApiError} 503 `database_outdated`, with the command.
 * @throws {DatabaseError} When the database does not answer.
 */
export async function requireDatabaseVersion(
  client: MediaClient,
  functionName: string,
): Promise<void> {
  confirmed ??= checkDatabaseVersion(client, functionName);
  try {
    await confirmed;
  } catch (error) {
    confirmed = undefined;
    throw error;
  }
}

/** As {@linkcode requireDatabaseVersion}, but asks each time. */
export async function checkDatabaseVersion(
  client: MediaClient,
  functionName: string,
  policy: RetryPolicy = defaultRetryPolicy,
): Promise<void> {
  const told = { p_function: functionName, p_version: DATABASE_VERSION };
  // An older database knows the question without what is told with it, or does not know it.
  const version = await readVersion(client, told, policy) ??
    await readVersion(client, {}, policy);
  if (version !== null && isAtLeast(version, DATABASE_VERSION)) return;
  const found = version === null ? "has no version yet" : `is at ${version}`;
  throw new ApiError(
    `The database ${found}, these functions need ${DATABASE_VERSION}: ${UPDATE_DATABASE}.`,
    { status: 503, code: "database_outdated" },
  );
}

/** @returns Null where the database does not know the question: it is older, or holds no Media Sync. */
async function readVersion(
  client: MediaClient,
  told: FunctionArguments<"media_sync_version">,
  policy: RetryPolicy,
): Promise<string | null> {
  try {
    return await callFunction(client, "media_sync_version", told, policy);
  } catch (error) {
    if (error instanceof DatabaseError && error.status === 404) return null;
    throw error;
  }
}

/**
 * Whether a version is another or a later one, by major, minor and patch; a version with a suffix comes before the one
 * without. During a deployment the database is ahead of the functions for a moment, which is fine.
 */
export function isAtLeast(version: string, needed: string): boolean {
  const [left, right] = [version, needed].map((text) => {
    const [numbers = "", suffix] = text.split("-", 2);
    return [...numbers.split(".").map(Number), suffix === undefined ? 1 : 0];
  }) as [number[], number[]];
  for (const [index, number] of right.entries()) {
    const difference = (left[index] ?? 0) - number;
    if (difference !== 0) return difference > 0;
  }
  return true;
}
