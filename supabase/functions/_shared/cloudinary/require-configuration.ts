import { notConfigured } from "../http/api-error.ts";
import { readEnvironment } from "../http/runtime.ts";
import { type CloudinaryConfiguration, readCloudinaryConfiguration } from "./configuration.ts";

/**
 * The Cloudinary configuration from the environment.
 *
 * @throws {ApiError} 503 `not_configured`, naming the variables that are missing or malformed.
 */
export function requireCloudinary(): CloudinaryConfiguration {
  const { data, error } = readCloudinaryConfiguration(readEnvironment);
  if (!data) throw notConfigured(error.missing, error);
  return data;
}
