import type { FolderMode } from "../observation.ts";
import type { Answer, Transport } from "../transport.ts";

/** Calls about the product environment itself. */
export function createAdminAccount(transport: Transport, remember: (mode: FolderMode) => void) {
  return {
    /** Answers when the credentials are good. */
    async ping(): Promise<Answer<{ status: string }>> {
      const { data, rateLimit } = await transport.viaSdk(
        "GET ping",
        (sdk, options) => sdk.api.ping({ ...options }),
      );
      return { data: { status: String(data.status ?? "") }, rateLimit };
    },

    /** How the cloud keeps folders. Later answers of this client are normalised accordingly. */
    async config(): Promise<Answer<{ folderMode: FolderMode }>> {
      const { data, rateLimit } = await transport.viaSdk(
        "GET config",
        (sdk, options) => sdk.api.config({ ...options, settings: true }),
      );
      const mode = (data.settings as { folder_mode?: unknown } | undefined)?.folder_mode;
      // Every environment made since June 2024 is dynamic; older answers may lack the key.
      const folderMode = mode === "fixed" ? "fixed" : "dynamic";
      remember(folderMode);
      return { data: { folderMode }, rateLimit };
    },
  };
}
