import { aborted, MediaError, type MediaErrorOptions, unreachable } from "./media-error.ts";

/** What supabase-js answers where a row or function of the database was asked for. */
interface DataAnswer<Data> {
  data: Data | null;
  error: { code?: string; message: string } | null;
  status: number;
}

/**
 * The data of an answer of the data API.
 *
 * @param asked The request, begun; built with `.abortSignal(signal)` where there is one.
 * @throws {MediaError} Its message is never the database's, but where our SQL raised it for people.
 */
export async function readData<Data>(
  asked: PromiseLike<DataAnswer<unknown>>,
  signal?: AbortSignal,
): Promise<Data> {
  if (signal?.aborted) throw aborted(signal.reason);
  let answer: DataAnswer<unknown>;
  try {
    answer = await asked;
  } catch (error) {
    throw signal?.aborted ? aborted(error) : unreachable(error);
  }
  if (signal?.aborted) throw aborted(signal.reason);
  if (answer.error === null) return answer.data as Data;
  throw ofDatabase(answer.error, answer.status);
}

/** A request that the signal ends, where there is one. */
export function withSignal<Asked extends { abortSignal(signal: AbortSignal): Asked }>(
  asked: Asked,
  signal: AbortSignal | undefined,
): Asked {
  return signal === undefined ? asked : asked.abortSignal(signal);
}

function ofDatabase(
  error: { code?: string; message: string },
  status: number,
): MediaError {
  const told = (message: string, code: MediaErrorOptions["code"]) =>
    new MediaError(message, { code, status, cause: error });
  if (status === 0) return unreachable(error);
  switch (error.code) {
    // Raised by our own functions, in sentences.
    case "22023":
      return told(error.message, "bad_request");
    case "PT404":
      return told("There is no such thing, or you may not see it.", "not_found");
    // A single row was asked for, and there is none.
    case "PGRST116":
      return told("There is no such thing, or you may not see it.", "not_found");
    case "42501":
      return told("Your role does not allow this.", "forbidden");
    case "23505":
      return told("That name is taken.", "name_taken");
    case "23514":
    case "23502":
    case "22P02":
      return told("A value does not fit.", "bad_request");
    case "23503":
      return told("Something that this refers to does not exist.", "not_found");
    case "PGRST202":
    case "42883":
      return told("The database is older than this client.", "database_outdated");
  }
  if (status === 401) return told("The session is not accepted. Sign in again.", "unauthorized");
  if (status === 503 || status === 504) {
    return told("The database does not answer. Try again.", "database_unavailable");
  }
  return told("The database refused this.", "internal_error");
}
