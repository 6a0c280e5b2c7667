import { badRequest } from "../shapes/failure.ts";

/**
 * Reads the JSON object of a request's body; nothing is an empty one.
 *
 * @throws Failure 400 when it is no JSON object
 */
export async function readObject(request: Request): Promise<Record<string, unknown>> {
  const text = await request.text();
  if (text.trim() === "") return {};
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw badRequest("Invalid JSON body");
  }
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return { ...body };
  throw badRequest("The JSON body must be an object");
}
