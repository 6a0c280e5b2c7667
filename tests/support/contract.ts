/** Holds answers against the contract: nothing is answered that it does not name. */
import { assert, assertEquals } from "@std/assert";
import type { z } from "zod";
import {
  ERROR_CODES,
  type ErrorAnswer,
  errorAnswer,
} from "../../supabase/functions/_shared/contract/error.ts";
import { OPERATIONS } from "../../supabase/functions/_shared/contract/openapi/document.ts";
import { errorsOf } from "../../supabase/functions/_shared/contract/openapi/errors.ts";
import type { Operation } from "../../supabase/functions/_shared/contract/openapi/operation.ts";

/** An answer of a function, as far as the contract speaks of it. */
export interface ContractAnswer {
  status: number;
  /** From JSON; null where there is none. */
  body: unknown;
}

/** The operation that a request means; a literal segment beats a parameter, whatever the method. */
export function operationOf(method: string, path: string): Operation | undefined {
  const segments = `/${path}`.split("?", 1)[0]!.replace(/(.)\/$/, "$1").split("/");
  const literals = (operation: Operation) => operation.path.split("/").filter(isLiteral).length;
  const fitting = OPERATIONS
    .filter((operation) => {
      const pattern = operation.path.split("/");
      return pattern.length === segments.length &&
        pattern.every((part, index) => !isLiteral(part) || part === segments[index]);
    })
    .sort((left, right) => literals(right) - literals(left));
  return fitting.find((operation) =>
    operation.method === method && operation.path === fitting[0]!.path
  );
}

/**
 * Asserts that an answer is one that the contract names, with no field more and none less.
 *
 * @param method Of the request.
 * @param path Below `/functions/v1/`, with its query.
 */
export function assertKeepsContract(
  method: string,
  path: string,
  { status, body }: ContractAnswer,
): void {
  const what = `${method} ${path.slice(0, 100)} → ${status}`;
  const operation = operationOf(method, path);
  if (status >= 400) {
    const { code } = parse(errorAnswer, body, what) as ErrorAnswer;
    assert(code in ERROR_CODES || code.startsWith("cloudinary_"), `${what}: unknown code ${code}`);
    assert(
      operation === undefined || String(status) in errorsOf(operation),
      `${what}: ${operation?.id} does not name this status: ${JSON.stringify(body)}`,
    );
  } else if (operation !== undefined) {
    const answer = operation.answers[status];
    assert(answer !== undefined, `${what}: ${operation.id} does not name this status`);
    parse(answer.schema, body, what);
  }
}

function parse(schema: z.ZodType, body: unknown, what: string): unknown {
  const { success, data, error } = schema.safeParse(body);
  assert(success, `${what} is not what the contract says: ${error?.message}`);
  // A schema that is not strict would drop what it does not name. A key that makes a prototype is dropped by all of them.
  assertEquals(withoutPrototypes(data), withoutPrototypes(body), what);
  return data;
}

function isLiteral(segment: string): boolean {
  return !segment.startsWith("{");
}

function withoutPrototypes(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body), function (key, value) {
    return key === "__proto__" ? undefined : value;
  });
}
