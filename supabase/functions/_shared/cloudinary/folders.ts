import { normaliseFolder } from "./observation.ts";
import type { Answer, Transport } from "./transport.ts";

/** Folders of the media library; each call spends one unit of the hourly budget. */
export function createFolders(transport: Transport) {
  return {
    /** Creates a folder and its missing parents. */
    async createFolder(path: string): Promise<Answer<{ path: string; name: string }>> {
      const folder = normaliseFolder(path);
      const { data, rateLimit } = await transport.viaSdk(
        "POST folders",
        (sdk, options) => sdk.api.create_folder(folder, { ...options }),
      );
      return {
        data: { path: String(data.path ?? folder), name: String(data.name ?? "") },
        rateLimit,
      };
    },

    /**
     * Renames or moves a folder with everything in it; dynamic-folder clouds only. Cloudinary tells of it
     * with one notification for the folder and none for its assets. Not repeated by itself.
     */
    async renameFolder(
      request: { path: string; toPath: string },
    ): Promise<Answer<{ from: string; to: string }>> {
      const from = normaliseFolder(request.path);
      const to = normaliseFolder(request.toPath);
      const { rateLimit } = await transport.viaSdk(
        "PUT folders",
        (sdk, options) => sdk.api.rename_folder(from, to, { ...options }),
        "never",
      );
      return { data: { from, to }, rateLimit };
    },
  };
}
