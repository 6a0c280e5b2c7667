import { createAccount } from "./account.ts";
import { registerSecret } from "../http/log.ts";
import type { CloudinaryConfiguration } from "./configuration.ts";
import type { FolderMode } from "./observation.ts";
import { createBulkEditing } from "./bulk-editing.ts";
import { createDeleting } from "./deleting.ts";
import { createFolders } from "./folders.ts";
import { createReading } from "./reading.ts";
import { createSearch } from "./search.ts";
import { createTriggers } from "./triggers.ts";
import { signUpload, type UploadParameters, verifyUploadResponse } from "./upload-signature.ts";
import { createWriting } from "./writing.ts";
import { createTransport, type TransportOptions } from "./transport.ts";

export { CloudinaryError } from "./errors.ts";
export type { RateLimit } from "./rate-limit.ts";
export type { Answer, CallReport } from "./transport.ts";

/** What surrounds every call of a client. */
export interface CloudinaryClientOptions extends TransportOptions {
  /** How the cloud keeps folders, if known; `config()` finds it out. */
  folderMode?: FolderMode;
}

export type CloudinaryClient = ReturnType<typeof createCloudinaryClient>;

/**
 * A client of one Cloudinary product environment.
 *
 * Every method resolves to `{ data, rateLimit }` or throws a `CloudinaryError`. A method ends within
 * `deadlineMs`; one attempt within `attemptMs`. What is `retryable` is repeated with growing random
 * pauses; rate limits never are.
 *
 * @param configuration From `readCloudinaryConfiguration`.
 * @param options `deadlineMs` (default 20,000), `attemptMs` (default half of it), `retries` (default 6), and
 *   what tests replace: `fetch`, `now` (ms), `random`, `sleep`. `onCall` hears of every HTTP call;
 *   `signal` gives everything up. `close()` cuts idle connections.
 */
export function createCloudinaryClient(
  configuration: CloudinaryConfiguration,
  options: CloudinaryClientOptions = {},
) {
  registerSecret(configuration.apiSecret);
  registerSecret(btoa(`${configuration.apiKey}:${configuration.apiSecret}`));
  let folderMode = options.folderMode;
  const transport = createTransport(configuration, options);
  const currentMode = () => folderMode;
  const reading = createReading(transport, currentMode);
  return {
    ...reading,
    ...createSearch(transport, currentMode),
    ...createAccount(transport, (mode) => folderMode = mode),
    ...createWriting(transport, currentMode, (reference) => reading.getAsset(reference)),
    ...createBulkEditing(transport),
    ...createDeleting(transport, currentMode),
    ...createFolders(transport),
    ...createTriggers(transport),
    /** {@link signUpload} with this client's key; `timestamp` in Unix seconds. */
    signUpload: (parameters: UploadParameters, timestamp: number, resourceType?: string) =>
      signUpload(configuration, parameters, timestamp, resourceType),
    /** {@link verifyUploadResponse} with this client's secret. */
    verifyUploadResponse: (response: Parameters<typeof verifyUploadResponse>[0]) =>
      verifyUploadResponse(response, configuration.apiSecret),
    /** Tells the client how the cloud keeps its folders, where that is known already. */
    useFolderMode: (mode: FolderMode) => {
      folderMode = mode;
    },
    close: () => transport.close(),
  };
}
