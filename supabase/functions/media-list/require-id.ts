import { z } from "zod";
import { badRequest } from "../_shared/http/api-error.ts";

/**
 * The id in a path.
 *
 * @throws {ApiError} 400 when it is not a UUID.
 */
export function requireId(value: string | undefined): string {
  const { success, data } = z.uuid().safeParse(value);
  if (!success) {
    throw badRequest([{
      path: "id",
      message: "must be the id of an asset, a UUID",
    }]);
  }
  return data;
}
