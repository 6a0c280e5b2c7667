import { badRequest } from "../shapes/failure.ts";

const MAXIMUM_TAGS = 1000;
const MAXIMUM_TAG_LENGTH = 255;

/** Splits a comma list of tags; empty ones and repetitions disappear. */
export function splitTags(texts: readonly string[]): string[] {
  const tags = texts.flatMap((text) => text.split(",")).map((tag) => tag.trim());
  return [...new Set(tags.filter((tag) => tag !== ""))];
}

/**
 * Checks the limits of tags.
 *
 * @throws Failure 400 when there are too many or one is too long
 */
export function checkTags(tags: readonly string[]): void {
  if (tags.length > MAXIMUM_TAGS) {
    throw badRequest(`Too many tags: ${tags.length}, at most ${MAXIMUM_TAGS}`);
  }
  const long = tags.find((tag) => tag.length > MAXIMUM_TAG_LENGTH);
  if (long !== undefined) throw badRequest(`Tag is longer than ${MAXIMUM_TAG_LENGTH} characters`);
}
