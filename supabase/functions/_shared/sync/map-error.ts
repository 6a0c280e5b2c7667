import { CloudinaryError } from "../cloudinary/errors.ts";
import { ApiError, conflict, forbidden, unauthorized, upstreamFailed } from "../http/api-error.ts";
import { DatabaseError } from "../media/database-error.ts";

/**
 * Errors of the layers below as answers of the API: Cloudinary's become 502 with their own sentence, a database that
 * does not answer 503, and the refusals that our SQL functions raise keep their meaning.
 *
 * @returns null for what is unexpected; it becomes a neutral 500.
 */
export function mapError(error: unknown): ApiError | null {
  if (error instanceof CloudinaryError) {
    return upstreamFailed(error.message, error, `cloudinary_${error.code}`);
  }
  if (!(error instanceof DatabaseError)) return null;
  if (error.retryable) {
    return new ApiError(
      "The database does not answer; try again in a moment.",
      {
        status: 503,
        code: "database_unavailable",
        cause: error,
      },
    );
  }
  // Our functions refuse in a sentence; Postgres itself, whose words are nobody's business, ends none with a full stop.
  const sentence = error.said.endsWith(".") ? error.said : null;
  switch (error.code) {
    // The data API takes the key or token no more: it was changed, or ended while the request was under way.
    case "PGRST301":
    case "PGRST302":
    case "PGRST303":
    case "http_401":
      return unauthorized("The data API does not take this key or token any more.", error);
    case "42501":
      return forbidden(sentence ?? "Your role does not allow this.");
    // check_violation and its kin: our triggers explain in a sentence what Cloudinary cannot hold.
    case "23514":
    case "22023":
      return new ApiError(sentence ?? "The database refuses this value.", {
        status: 400,
        code: "bad_request",
        cause: error,
      });
    case "23001":
      return conflict(sentence ?? "The asset is in use.", "in_use");
    case "23505":
      return conflict(sentence ?? "Something of that name exists already.", "conflict");
    // Cut off by the statement timeout: the query was too broad for this library.
    case "57014":
      return new ApiError(
        "The query took too long; narrow it with a folder, a type or a tag.",
        {
          status: 400,
          code: "query_too_broad",
          cause: error,
        },
      );
    default:
      // Values that no column holds, and texts that are too long for an index.
      return /^(22|23|54)/.test(error.code)
        ? new ApiError("The database refuses a value of this request.", {
          status: 400,
          code: "bad_request",
          cause: error,
        })
        : null;
  }
}
