import { z } from "zod";
import { isTime } from "./time.ts";

/**
 * How a value that a URL carries as text looks to those who read the API's description. The schemas take the text, since
 * they decide what is told of a wrong one.
 */
export interface QueryParameter {
  type: "boolean" | "integer";
  [keyword: string]: unknown;
}

/** Metadata of a schema: what its text stands for. */
export function standsFor(parameter: QueryParameter): { parameter: QueryParameter } {
  return { parameter };
}

/** `true` or `false`, with zod's own words for anything else. */
export const booleanText = z.enum(["true", "false"]).meta(standsFor({ type: "boolean" }))
  .transform((value) => value === "true");

/** `true` or `false`. */
export const flag = z.enum(["true", "false"], { error: "must be true or false" })
  .meta(standsFor({ type: "boolean" }))
  .transform((value) => value === "true");

/** A text that is neither empty nor too long. */
export const text = (most: number) => z.string().min(1, "must not be empty").max(most);

/** A whole number within bounds. */
export const wholeNumber = (least: number, most: number) =>
  z.string().regex(/^\d{1,9}$/, "must be a whole number")
    .meta(standsFor({ type: "integer", minimum: least, maximum: most })).transform(Number)
    .pipe(
      z.number().min(least, `must be at least ${least}`).max(
        most,
        `must be at most ${most}`,
      ),
    );

/** A date, or a time in RFC 3339. */
export const time = z.string().refine(
  isTime,
  "must be a date or time such as 2026-01-31 or 2026-01-31T12:00:00Z",
);

/** Values separated by commas, each once. To readers it is a text: few generated clients would join a list by commas. */
export const parts = z.string().transform((
  value,
) => [
  ...new Set(
    value.split(",").map((part) => part.trim()).filter((part) => part !== ""),
  ),
]);

/** Values separated by commas, at least one. */
export const list = (most: number) =>
  parts.pipe(
    z.array(z.string().max(255)).min(1, "must name at least one value").max(
      most,
    ),
  );
