import { callFunction } from "./call-function.ts";
import type { MediaClient } from "./types.ts";

/** A change of editable fields; null values in context and metadata remove keys. */
export interface MediaPatch {
  tags?: string[];
  add_tags?: string[];
  remove_tags?: string[];
  context?: Record<string, string | null>;
  metadata?: Record<string, unknown>;
  display_name?: string;
  folder?: string;
  public_id?: string;
}

/** What became of one asset that was to be deleted. */
export interface DeleteOutcome {
  id: string;
  public_id: string;
  outcome: "deleted" | "already_deleted" | "in_use";
}

/** A live asset by name. */
export interface NamedAsset {
  id: string;
  public_id: string;
  resource_type: string;
  type: string;
}

/** Edits of the library with the caller's rights. Methods throw `DatabaseError`. */
export class MediaEditor {
  /** @param client supabase-js client that acts as the caller. */
  constructor(private readonly client: MediaClient) {}

  /** Edits live assets. @returns The ids that were reached. */
  edit(ids: string[], patch: MediaPatch): Promise<string[]> {
    return callFunction(this.client, "edit_media_assets", { p_ids: ids, p_patch: patch });
  }

  /** Decides open conflicts by keeping one side's values. @returns The ids that had any. */
  resolve(ids: string[], keep: "cloudinary" | "database"): Promise<string[]> {
    return callFunction(this.client, "resolve_media_conflicts", { p_ids: ids, p_keep: keep });
  }

  /** Live assets of these names. */
  find(publicIds: string[], resourceType?: string, type?: string): Promise<NamedAsset[]> {
    return callFunction(this.client, "find_media_assets", {
      p_public_ids: publicIds,
      ...(resourceType === undefined ? {} : { p_resource_type: resourceType }),
      ...(type === undefined ? {} : { p_type: type }),
    });
  }

  /** Deletes assets here at once; the next push deletes them in Cloudinary. Unknown ids are left out. */
  softDelete(ids: string[], force: boolean): Promise<DeleteOutcome[]> {
    return callFunction(this.client, "soft_delete_media_assets", { p_ids: ids, p_force: force });
  }

  /**
   * Undoes a deletion.
   *
   * @returns `live`: was not deleted; `restored`: Cloudinary still held it; `requested`: its backup must give it back.
   */
  restore(id: string): Promise<"live" | "restored" | "requested"> {
    return callFunction(this.client, "restore_media_asset", { p_id: id });
  }
}
