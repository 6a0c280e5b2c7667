import { registerSecret } from "../http/log.ts";
import { createAdminAccount } from "./admin-api/account.ts";
import { createAdminAssets } from "./admin-api/assets.ts";
import { createAdminDeletions } from "./admin-api/deletions.ts";
import { createAdminMetadataFields } from "./admin-api/metadata-fields.ts";
import { createAdminTriggers } from "./admin-api/triggers.ts";
import { createAssetLookUp } from "./admin-api/look-up.ts";
import type { CloudinaryConfiguration } from "./configuration.ts";
import type { FolderMode } from "./observation.ts";
import { type BackupSample, createSearchApi } from "./search-api.ts";
import { createTransport, type TransportOptions } from "./transport.ts";
import { createUploadAssetGroups } from "./upload-api/asset-groups.ts";
import { createUploadAssets } from "./upload-api/assets.ts";
import { signUpload, type UploadParameters, verifyUploadResponse } from "./upload-signature.ts";

export { CloudinaryError } from "./errors.ts";
export type { RateLimit } from "./rate-limit.ts";
export type { Answer, CallReport } from "./transport.ts";

/** What surrounds every call of a client. */
export interface CloudinaryClientOptions extends TransportOptions {
  /** How the cloud keeps folders, if known; `config()` finds it out. */
  folderMode?: FolderMode;
  /** Hears of how many assets a search told whether a backup is kept, and of how many one is. */
  onBackups?: (told: BackupSample) => void;
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
 *   what tests replace: `fetch`, `now` (ms), `random`, `sleep`, `startTimer`. `onCall` hears of every HTTP call;
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
  const assets = createAdminAssets(transport, currentMode);
  return {
    ...assets,
    ...createAssetLookUp(transport, currentMode),
    ...createAdminAccount(transport, (mode) => folderMode = mode),
    ...createAdminDeletions(transport),
    ...createAdminMetadataFields(transport),
    ...createAdminTriggers(transport),
    ...createSearchApi(transport, currentMode, options.onBackups),
    ...createUploadAssets(transport, currentMode, assets.getAsset),
    ...createUploadAssetGroups(transport),
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
