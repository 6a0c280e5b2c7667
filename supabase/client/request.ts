import type { ErrorAnswer, ErrorCode } from "./contract.ts";
import { aborted, MediaError, unreachable } from "./media-error.ts";
import type { AnySupabaseClient } from "./supabase-client.ts";

/** What may be given to every call. */
export interface RequestOptions {
  /** Ends the call with a {@link MediaError} `aborted`. What it had done by then stays done. */
  signal?: AbortSignal;
}

/** A request to a function. */
export interface FunctionRequest extends RequestOptions {
  method?: "GET" | "POST" | "PATCH" | "DELETE";
  /** Sent as JSON. */
  body?: Record<string, unknown>;
}

/**
 * Calls one of the functions with the rights of the client's session.
 *
 * @param path Function and what follows it, such as `media-list/<id>`.
 * @returns The answer, whose `success` is true.
 * @throws {MediaError} Whatever else happened.
 */
export async function callFunction<Answer>(
  supabase: AnySupabaseClient,
  path: string,
  { method = "GET", body, signal }: FunctionRequest = {},
): Promise<Answer> {
  if (signal?.aborted) throw aborted(signal.reason);
  const { data, error, response } = await supabase.functions.invoke(path, { method, body, signal });
  if (signal?.aborted) throw aborted(signal.reason);
  if (error === null || error === undefined) {
    if (typeof data === "object" && data !== null && "success" in data) return data as Answer;
    throw invalidAnswer(response?.status ?? 0, data);
  }
  if (error.name === "FunctionsFetchError") throw unreachable(error);
  // Not by its class: the project may have brought a fetch of its own.
  if (typeof error.context?.json === "function") throw await readFailure(error.context);
  throw invalidAnswer(response?.status ?? 0, error);
}

/** What an answer other than 2xx says. */
async function readFailure(response: Response): Promise<MediaError> {
  const { status } = response;
  let body: unknown;
  try {
    body = await response.json();
  } catch (error) {
    // A gateway's page, or an answer that broke off: the status has to do.
    return ofStatus(status, error);
  }
  if (!isErrorAnswer(body)) return ofStatus(status, body);
  return new MediaError(body.error, {
    code: body.code as ErrorCode,
    status,
    details: body.details,
    requestId: body.request_id ?? response.headers.get("x-request-id"),
  });
}

function isErrorAnswer(body: unknown): body is ErrorAnswer {
  return typeof body === "object" && body !== null && "error" in body && "code" in body &&
    typeof body.error === "string" && typeof body.code === "string";
}

/** A failure that the platform told before a function was asked. */
function ofStatus(status: number, cause: unknown): MediaError {
  if (status === 401 || status === 403) {
    return new MediaError("The session is not accepted. Sign in again.", {
      code: "unauthorized",
      status,
      cause,
    });
  }
  if (status === 404) {
    return new MediaError("Media Sync's functions are not deployed in this project.", {
      code: "not_deployed",
      status,
      cause,
    });
  }
  return invalidAnswer(status, cause);
}

function invalidAnswer(status: number, cause: unknown): MediaError {
  return new MediaError("The server's answer could not be read. Try again in a moment.", {
    code: "invalid_answer",
    status,
    cause,
  });
}
