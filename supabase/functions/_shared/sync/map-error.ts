import { CloudinaryError } from "../cloudinary/errors.ts";
import { ApiError, conflict, forbidden, upstreamFailed } from "../http/api-error.ts";
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
  const said = error.message.replace(/^\w+: /, "");
  // Our functions refuse in a sentence; Postgres itself names tables and constraints, which is nobody's business.
  const sentence = /permission denied|violates|relation |constraint |column "/.test(said)
    ? null
    : said;
  switch (error.code) {
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
      return null;
  }
}
