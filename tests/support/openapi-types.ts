// deno-lint-ignore-file -- generated from openapi.json by `deno task openapi`
export interface paths {
  "/media-list": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * A page of the library
     * @description Shows as much as the caller may see: with a publishable key the live assets of public collections, to viewers all live assets, to editors the trash as well. Carries a weak `ETag`; sent back as `If-None-Match` it is answered with 304 while nothing has changed.
     */
    get: operations["listMedia"];
    put?: never;
    post?: never;
    /**
     * Deletes up to 1,000 assets on both sides
     * @description The assets are named in the query or in the body. They are deleted here at once, and in Cloudinary at once or, where it cannot be reached, later. Editors, admins and secret keys.
     */
    delete: operations["deleteMedia"];
    options?: never;
    head?: never;
    /**
     * Edits up to 1,000 assets alike
     * @description Editors, admins and secret keys.
     */
    patch: operations["editMedia"];
    trace?: never;
  };
  "/media-list/uploads": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Signed fields for an upload straight to Cloudinary
     * @description Editors, admins and secret keys.
     */
    post: operations["signUpload"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/media-list/uploads/confirm": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Puts the row of an upload in the database at once
     * @description Without it the notification or the next tick does. The signature in Cloudinary's answer is checked. Editors, admins and secret keys.
     */
    post: operations["confirmUpload"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/media-list/metadata-fields": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The account's fields of structured metadata
     * @description As Cloudinary defines them, at most five minutes old. Editors, admins and secret keys.
     */
    get: operations["listMetadataFields"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/media-list/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * One asset with where it is used, its collections and its history
     * @description Carries a weak `ETag`; sent back as `If-None-Match` it is answered with 304 while nothing has changed.
     */
    get: operations["getMediaItem"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /**
     * Edits one asset
     * @description Editors, admins and secret keys.
     */
    patch: operations["editMediaItem"];
    trace?: never;
  };
  "/media-list/{id}/restore": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Undoes a deletion
     * @description From Cloudinary's backup, where it has let go of the asset already. Editors, admins and secret keys.
     */
    post: operations["restoreMediaItem"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/sync": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * How the sync is doing
     * @description Its state, the last runs, Cloudinary's quota and its health; with `run_id` one run; with `verify=true` a comparison of both sides; with another `format` something else. The format `openapi` is for whoever has a key, everything else for admins and secret keys.
     */
    get: operations["getSync"];
    put?: never;
    /**
     * Runs a sync
     * @description Does what the body asks for, or what is due, for at most 25 s. Also for the key named cron. Admins and secret keys.
     */
    post: operations["runSync"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/webhook": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Whether notifications can be received */
    get: operations["getWebhook"];
    put?: never;
    /**
     * Takes a notification of Cloudinary
     * @description Signed over the raw body, at most 1 MiB; one whose signature holds is stored whatever it holds.
     */
    post: operations["receiveNotification"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    /** @description An edit of one asset. */
    MediaEdit: {
      /** @description All tags as they are wanted. */
      tags?: string[];
      add_tags?: string[];
      remove_tags?: string[];
      /** @description Keys to set; null removes a key, others stay. */
      context?: {
        [key: string]: string | null;
      };
      /** @description Structured metadata to set, by external_id; null removes a value, others stay. */
      metadata?: {
        [key: string]: unknown;
      };
      display_name?: string;
      /** @description Empty for the root. */
      folder?: string;
      /**
       * @description Ends open conflicts: which side's values are kept.
       * @enum {string}
       */
      resolve?: "cloudinary" | "database";
      /** @description Renames. */
      public_id?: string;
    };
    /** @description The same edit of several assets. */
    MediaEdits: {
      ids: string[];
      /** @description All tags as they are wanted. */
      tags?: string[];
      add_tags?: string[];
      remove_tags?: string[];
      /** @description Keys to set; null removes a key, others stay. */
      context?: {
        [key: string]: string | null;
      };
      /** @description Structured metadata to set, by external_id; null removes a value, others stay. */
      metadata?: {
        [key: string]: unknown;
      };
      display_name?: string;
      /** @description Empty for the root. */
      folder?: string;
      /**
       * @description Ends open conflicts: which side's values are kept.
       * @enum {string}
       */
      resolve?: "cloudinary" | "database";
    };
    /** @description The assets to delete, by public_id, by id or both. */
    MediaDeletion: {
      public_ids?: string[];
      ids?: string[];
      /** @enum {string} */
      resource_type?: "image" | "video" | "raw";
      /** @description Delivery type of the assets that are named. */
      type?: string;
      /** @description Deletes what is in use all the same. */
      force?: boolean;
    };
    /** @description What a browser is to upload. */
    UploadRequest: {
      folder?: string;
      /** @description Name of the file, for people. */
      filename?: string;
      /** @description The wished name; one that nobody can guess when it is absent. */
      public_id?: string & (unknown & unknown);
      /**
       * @description Replaces the asset of that name.
       * @default false
       */
      overwrite?: boolean;
      /**
       * @description With overwrite: although it is in use.
       * @default false
       */
      force?: boolean;
      tags?: string[];
      context?: {
        [key: string]: string;
      };
      /**
       * @default auto
       * @enum {string}
       */
      resource_type?: "auto" | "image" | "video" | "raw";
      /** @description Transformations to make at once. */
      eager?: string;
    };
    /** @description Cloudinary's answer to the upload, as it came; only these fields of it are used. */
    UploadConfirmation: {
      asset_id: string;
      public_id: string;
      version: number | string;
      signature: string;
    };
    /** @description What to do; nothing asks for what is due. */
    SyncRequest: {
      /** @description Merges even what looks unchanged; implies full. */
      force?: boolean;
      /**
       * @description A full reconcile instead of what is due.
       * @default false
       */
      full?: boolean;
      /**
       * @description Assets a page.
       * @default 500
       */
      batch_size?: number;
      /** @description public_id or asset_id of one asset. */
      single_asset?: string;
      /** @enum {string} */
      resource_type?: "image" | "video" | "raw";
      folder?: string;
      /**
       * @default both
       * @enum {string}
       */
      direction?: "both" | "pull" | "push";
      /**
       * Format: uuid
       * @description run_id of a blocked run that may go on, once.
       */
      allow_mass_delete?: string;
      /** @description Id of a stored notification to apply again. */
      replay_event?: number;
      /**
       * @description Only plans a full reconcile.
       * @default false
       */
      dry_run?: boolean;
      /** @description Asks at once for all facts that listings do not tell, instead of a few a call and a while after a change. */
      facts?: boolean;
      /**
       * @description Answers at once and works on.
       * @default false
       */
      background?: boolean;
    };
    /** @description A notification as Cloudinary sends it. */
    Notification: {
      notification_type?: string;
    } & {
      [key: string]: unknown;
    };
    /** @description An asset as the library shows it. */
    MediaItem: {
      /**
       * Format: uuid
       * @description Key of the asset here; stays for life.
       */
      id: string;
      /** @description Cloudinary's immutable identity; survives rename and overwrite. */
      asset_id: string;
      /** @description Cloudinary's name; unique per resource_type and type only. */
      public_id: string;
      /**
       * @description image, video (audio included) or raw.
       * @enum {string}
       */
      resource_type: "image" | "video" | "raw";
      /** @description Delivery type: upload, private, authenticated, fetch, … */
      type: string;
      /** @description File format; often null for raw. */
      format: string | null;
      /** @description Unix seconds of the last change of the content. */
      version: number | null;
      /** @description Size of the original in bytes. */
      bytes: number | null;
      /** @description Width in pixels. */
      width: number | null;
      /** @description Height in pixels. */
      height: number | null;
      /** @description Length in seconds. */
      duration: number | null;
      /** @description Folder of the library; empty for the root. */
      folder: string;
      /** @description Name shown to people. */
      display_name: string | null;
      /** @description Name of the uploaded file without extension, once Cloudinary told it. */
      original_filename: string | null;
      /** @description A set; the order means nothing. Pages show the first 1,000. */
      tags: string[];
      /** @description Contextual metadata. Pages replace one of more than 64 KiB by a sentence under the key `…`. */
      context: {
        [key: string]: string;
      };
      /** @description Structured metadata, by external_id of the field. Absent for callers who are no viewers. */
      metadata?: {
        [key: string]: unknown;
      };
      /** @description Delivery URL over HTTP. */
      url: string | null;
      /** @description Delivery URL over HTTPS. */
      secure_url: string | null;
      /** @description A picture of 200 by 200 pixels; null for raw files and for private and authenticated assets. */
      thumbnail_url: string | null;
      /**
       * @description synced; pending: an edit or deletion waits for Cloudinary; error: it was refused; conflict: a person must resolve. Absent for callers who are no viewers.
       * @enum {string}
       */
      sync_status?: "synced" | "pending" | "error" | "conflict";
      /** @description Places that use the asset. Absent for callers who are no viewers. */
      usage_count?: number;
      /**
       * Format: date-time
       * @description When the asset was created in Cloudinary.
       */
      created_at: string;
      /**
       * Format: date-time
       * @description When it last changed here in a way that people see.
       */
      updated_at: string;
      /** @description When it was deleted; null while it lives. */
      deleted_at: string | null;
    };
    /** @description An asset with what editors see besides. */
    EditableMediaItem: {
      /**
       * Format: uuid
       * @description Key of the asset here; stays for life.
       */
      id: string;
      /** @description Cloudinary's immutable identity; survives rename and overwrite. */
      asset_id: string;
      /** @description Cloudinary's name; unique per resource_type and type only. */
      public_id: string;
      /**
       * @description image, video (audio included) or raw.
       * @enum {string}
       */
      resource_type: "image" | "video" | "raw";
      /** @description Delivery type: upload, private, authenticated, fetch, … */
      type: string;
      /** @description File format; often null for raw. */
      format: string | null;
      /** @description Unix seconds of the last change of the content. */
      version: number | null;
      /** @description Size of the original in bytes. */
      bytes: number | null;
      /** @description Width in pixels. */
      width: number | null;
      /** @description Height in pixels. */
      height: number | null;
      /** @description Length in seconds. */
      duration: number | null;
      /** @description Folder of the library; empty for the root. */
      folder: string;
      /** @description Name shown to people. */
      display_name: string | null;
      /** @description Name of the uploaded file without extension, once Cloudinary told it. */
      original_filename: string | null;
      /** @description A set; the order means nothing. Pages show the first 1,000. */
      tags: string[];
      /** @description Contextual metadata. Pages replace one of more than 64 KiB by a sentence under the key `…`. */
      context: {
        [key: string]: string;
      };
      /** @description Structured metadata, by external_id of the field. Absent for callers who are no viewers. */
      metadata?: {
        [key: string]: unknown;
      };
      /** @description Delivery URL over HTTP. */
      url: string | null;
      /** @description Delivery URL over HTTPS. */
      secure_url: string | null;
      /** @description A picture of 200 by 200 pixels; null for raw files and for private and authenticated assets. */
      thumbnail_url: string | null;
      /**
       * @description synced; pending: an edit or deletion waits for Cloudinary; error: it was refused; conflict: a person must resolve. Absent for callers who are no viewers.
       * @enum {string}
       */
      sync_status?: "synced" | "pending" | "error" | "conflict";
      /** @description Places that use the asset. Absent for callers who are no viewers. */
      usage_count?: number;
      /**
       * Format: date-time
       * @description When the asset was created in Cloudinary.
       */
      created_at: string;
      /**
       * Format: date-time
       * @description When it last changed here in a way that people see.
       */
      updated_at: string;
      /** @description When it was deleted; null while it lives. */
      deleted_at: string | null;
      /** @description Open conflicts by field, such as `display_name` or `context.alt`. Editors only. */
      conflicts?: {
        [key: string]: components["schemas"]["MediaConflict"];
      } | null;
      /** @description Why the last push of an edit failed. Editors only. */
      sync_error?: string | null;
    };
    /** @description A field that was changed on both sides. */
    MediaConflict: {
      /** @description The value that both sides last agreed on; absent or null: none. */
      base?: unknown;
      /** @description The value here; absent or null: none. */
      database?: unknown;
      /** @description The value in Cloudinary; absent or null: none. */
      cloudinary?: unknown;
      /** @description `open` until it is resolved. */
      kept: string;
    };
    /** @description A place that uses an asset. */
    MediaUsage: {
      /** Format: uuid */
      id: string;
      /** @description Kind of use, in the app's own words: cover, gallery, … */
      usage_type: string;
      /** @description Table of the row that uses the asset. */
      reference_table: string;
      /** @description Key of that row. */
      reference_id: string;
      /** @description Column or path within that row. */
      field: string;
      /**
       * Format: date-time
       * @description Since when.
       */
      created_at: string;
    };
    /** @description A collection that an asset is in. */
    MediaCollectionPlace: {
      /** @description Place within the collection's order. */
      position: number;
      collection: {
        /** Format: uuid */
        id: string;
        slug: string;
        name: string;
        /** @description Whether anyone may see it. */
        is_public: boolean;
      };
    };
    /** @description One entry of an asset's history. */
    MediaHistoryEntry: {
      /** @description Ascending with time. */
      id: number;
      /** @description upload, update, rename, move, delete, restore, conflict, resolve, quarantine, … */
      operation: string;
      /** @description success, error, conflict, skipped or stale. */
      status: string;
      /** @description From Cloudinary, or to it. */
      direction: ("pull" | "push") | null;
      /** @description What set it off: webhook, cron, api, client or console. */
      source: string;
      /** @description What changed, by field. */
      changes: {
        [key: string]: unknown;
      } | null;
      error_code: string | null;
      error_message: string | null;
      /** @description Who did it, where a signed-in user did. */
      user_id: string | null;
      /** Format: date-time */
      created_at: string;
    };
    /** @description One asset with what surrounds it. */
    MediaItemAnswer: {
      /** @constant */
      success: true;
      item: components["schemas"]["EditableMediaItem"];
      /** @description Where it is used, the first 100. Viewers. */
      usage: components["schemas"]["MediaUsage"][];
      /** @description The collections that it is in, the first 100. */
      collections: components["schemas"]["MediaCollectionPlace"][];
      /** @description The last 50 entries, the latest first. Editors. */
      history: components["schemas"]["MediaHistoryEntry"][];
    };
    Pagination: {
      /** @description null when a cursor was sent. */
      page: number | null;
      /** @description Items a page. */
      limit: number;
      /** @description Matches; an estimate where total_is_exact is false. */
      total: number;
      total_is_exact: boolean;
      pages: number;
      /** @description A page may hold fewer items than limit, even none, and go on: where words are not together whose letters are. */
      has_next: boolean;
      has_prev: boolean;
      /** @description Cursor of the next page; null on the last. */
      next_cursor: string | null;
    };
    /** @description The most frequent values among the matches. */
    MediaFacets: {
      /** @description The 50 most frequent values. */
      resource_type: {
        value: string;
        count: number;
      }[];
      /** @description The 50 most frequent values. */
      format: {
        value: string;
        count: number;
      }[];
      /** @description The 50 most frequent values. */
      folder: {
        value: string;
        count: number;
      }[];
      /** @description The 50 most frequent values. */
      tags: {
        value: string;
        count: number;
      }[];
      /**
       * @description Where there are more than some 10,000 matches: the counts are estimated from a sample.
       * @constant
       */
      estimated?: true;
    };
    /** @description Size and state of the library. */
    MediaStatistics: {
      /** @description Live assets. */
      total_assets: number;
      total_images: number;
      total_videos: number;
      total_raw: number;
      /** @description Bytes of all live assets. */
      total_size: number;
      synced_assets: number;
      /** @description Assets with an edit that waits for Cloudinary. */
      pending_assets: number;
      /** @description Assets whose edit Cloudinary refused for good. */
      error_assets: number;
      /** @description Assets with a conflict that a person must resolve. */
      conflict_assets: number;
      /** @description Assets in the trash; null but for editors. */
      deleted_assets: number | null;
      /** @description Deletions that wait for Cloudinary; null but for editors. */
      pending_deletions: number | null;
      /** @description Assets outside the mirrored folders; null but for admins. */
      out_of_scope_assets: number | null;
    };
    /** @description The state of the sync in a few figures. */
    SyncStatus: {
      /** @description When the last pull was completed; null before. */
      last_sync: string | null;
      /** @description Both sides were equal at last sight: nothing waits, errs, is in conflict, in quarantine or blocked. */
      is_synced: boolean;
      /** @description Edits and deletions that wait for Cloudinary. */
      pending_operations: number;
      /** @description Whether a pull is running. */
      sync_in_progress: boolean;
      synced_assets: number;
      error_assets: number;
      /** @description The last error of a day; null but for editors. */
      last_error: string | null;
    };
    /** @description A page of the library, as far as the caller may see it. */
    MediaListAnswer: {
      /** @constant */
      success: true;
      items: components["schemas"]["MediaItem"][];
      pagination: components["schemas"]["Pagination"];
      /** @description Viewers, unless `include` leaves it out. */
      stats?: components["schemas"]["MediaStatistics"];
      /** @description Viewers, unless `include` leaves it out. */
      sync_status?: components["schemas"]["SyncStatus"];
      /** @description Where `include` asks for it. */
      facets?: components["schemas"]["MediaFacets"];
    };
    /** @description What was edited. */
    MediaEditAnswer: {
      /** @constant */
      success: true;
      /** @description The assets as they are now; pushed to Cloudinary right after. */
      items: components["schemas"]["MediaItem"][];
    };
    /** @description An asset that was not deleted. */
    MediaDeletionFailure: {
      /** @description null where an id was sent that is not known. */
      public_id: string | null;
      id?: string;
      /** @description The assets that an ambiguous name may mean. */
      ids?: string[];
      /** @description Why, as a sentence. */
      error: string;
      /** @enum {string} */
      code: "not_found" | "in_use" | "ambiguous" | "content_changed";
    };
    /** @description What became of each asset. */
    MediaDeletionAnswer: {
      /** @description Whether nothing failed. */
      success: boolean;
      /** @description public_ids that both sides let go of. */
      deleted: string[];
      /** @description public_ids that are deleted here and not yet in Cloudinary: tried again. */
      pending: string[];
      /** @description The assets that this call deleted; restoring them undoes it. Without those that were deleted before. */
      ids: string[];
      failed: components["schemas"]["MediaDeletionFailure"][];
      message: string;
    };
    /** @description What became of a wish to restore. */
    RestoreAnswer: {
      /** @constant */
      success: true;
      /**
       * @description live: it was not deleted; restored: it is back; requested: Cloudinary will be asked for its backup.
       * @enum {string}
       */
      outcome: "live" | "restored" | "requested";
      item: components["schemas"]["MediaItem"];
    };
    /** @description Signed fields; they serve for a quarter of an hour. */
    SignedUploadAnswer: {
      /** @constant */
      success: true;
      /** @description Where the form is posted to. */
      upload_url: string;
      /** @description Fields of the form, next to its `file`. */
      fields: {
        [key: string]: string;
      };
    };
    /** @description The upload as the library has it now. */
    UploadConfirmationAnswer: {
      /** @constant */
      success: true;
      item: components["schemas"]["MediaItem"];
    };
    /** @description One choice of a field. */
    MetadataChoice: {
      /** @description What an asset's value holds. */
      external_id: string;
      /** @description What people read. */
      value: string;
      /**
       * @description Inactive ones stand where they stand, but cannot be chosen any more.
       * @enum {string}
       */
      state: "active" | "inactive";
    };
    /** @description The definition of a field of structured metadata. */
    MetadataField: {
      /** @description Key of the field in an asset's `metadata`. */
      external_id: string;
      /** @description What people read. */
      label: string;
      /**
       * @description What values are: `string` text, `integer` a whole number, `date` a day (`YYYY-MM-DD`), `enum` the external_id of a choice, `set` a list of them. A type that is not known is told as `string`.
       * @enum {string}
       */
      type: "string" | "integer" | "date" | "enum" | "set";
      /** @description Whether a value can be changed, but not removed. */
      mandatory: boolean;
      /** @description The choices of an `enum` or `set`; else empty. */
      values: components["schemas"]["MetadataChoice"][];
    };
    /** @description The account's fields of structured metadata. */
    MetadataFieldsAnswer: {
      /** @constant */
      success: true;
      /** @description In Cloudinary's order. */
      metadata_fields: components["schemas"]["MetadataField"][];
    };
    /** @description One error of a run. */
    RunError: {
      public_id?: string;
      code: string;
      message: string;
    };
    RunProgress: {
      /** @description Assets listed so far. */
      seen: number;
      /** @description Assets that are expected; null when not known. */
      expected: number | null;
      percent: number;
    };
    /** @description A run of the sync. */
    SyncRun: {
      /** Format: uuid */
      run_id: string;
      /** @enum {string} */
      kind: "full" | "partial" | "incremental" | "push" | "refresh" | "single" | "scope" | "facts";
      /**
       * @description blocked: the guard stopped it from deleting too much; see allow_mass_delete.
       * @enum {string}
       */
      status: "running" | "completed" | "blocked" | "failed";
      /**
       * @description What started it.
       * @enum {string}
       */
      source: "webhook" | "cron" | "api" | "client" | "console";
      /** @description What was asked for. */
      options: {
        [key: string]: unknown;
      };
      /** @description Assets new here. */
      synced_items: number;
      /** @description Rows changed by what Cloudinary told. */
      updated_items: number;
      /** @description Assets that are gone. */
      deleted_items: number;
      /** @description Assets whose edits reached Cloudinary. */
      pushed_items: number;
      /** @description Assets found equal. */
      unchanged_items: number;
      /** @description Values changed on both sides. */
      conflicts: number;
      error_count: number;
      duration_ms: number;
      /** @description Calls of Cloudinary. */
      api_calls: number;
      /** @description The first 50. */
      errors: components["schemas"]["RunError"][];
      /** @description Why the guard stopped it. */
      blocked_by: {
        /** @enum {string} */
        reason: "mass_delete" | "empty_listing" | "scope";
        /** @description Assets that would be deleted. */
        absent: number;
        /** @description Assets that there are. */
        live: number;
        limit_percent: number;
        minimum: number;
      } | null;
      progress: components["schemas"]["RunProgress"];
      /** Format: date-time */
      started_at: string;
      finished_at: string | null;
    };
    /** @description One action that a reconcile would take. */
    PlannedAction: {
      /** @enum {string} */
      direction: "pull" | "push";
      /** @description insert, update, restore or delete. */
      action: string;
      asset_id: string;
      public_id: string;
      resource_type: string;
      /** @description pull: field to from and to; push: the difference that would be sent. */
      changes: {
        [key: string]: unknown;
      } | null;
    };
    /** @description What a full reconcile would do; nothing was written. */
    SyncPlan: {
      run_id: null;
      /** @constant */
      status: "completed";
      /** @description Assets new here. */
      synced_items: number;
      /** @description Rows changed by what Cloudinary told. */
      updated_items: number;
      /** @description Assets that are gone. */
      deleted_items: number;
      /** @description Assets whose edits reached Cloudinary. */
      pushed_items: number;
      /** @description Assets found equal. */
      unchanged_items: number;
      /** @description Values changed on both sides. */
      conflicts: number;
      error_count: number;
      duration_ms: number;
      /** @description Calls of Cloudinary. */
      api_calls: number;
      errors: components["schemas"]["RunError"][];
      progress: components["schemas"]["RunProgress"];
      /** @constant */
      dry_run: true;
      /** @description Whether the whole library was read in time. */
      complete: boolean;
      plan: components["schemas"]["PlannedAction"][];
      /** @description Actions that did not fit into the answer. */
      omitted: number;
    };
    /** @description Nothing was due. */
    NothingDue: {
      run_id: null;
      /** @constant */
      status: "nothing_due";
      /** @description Assets new here. */
      synced_items: number;
      /** @description Rows changed by what Cloudinary told. */
      updated_items: number;
      /** @description Assets that are gone. */
      deleted_items: number;
      /** @description Assets whose edits reached Cloudinary. */
      pushed_items: number;
      /** @description Assets found equal. */
      unchanged_items: number;
      /** @description Values changed on both sides. */
      conflicts: number;
      error_count: number;
      duration_ms: number;
      /** @description Calls of Cloudinary. */
      api_calls: number;
      errors: components["schemas"]["RunError"][];
      progress: components["schemas"]["RunProgress"];
    };
    /** @description The sync works in the background. */
    BackgroundSync: {
      run_id: null;
      /** @constant */
      status: "running";
    };
    /** @description A stored notification was applied again. */
    EventReplay: {
      event_id: number;
      /** @enum {string} */
      result: "applied" | "stored" | "duplicate" | "ignored";
    };
    /** @description What a call of the sync did. */
    SyncAnswer: {
      /** @description Whether no run failed. */
      success: boolean;
      message: string;
      /** @description The last run, with the figures of all runs of this call together. */
      data:
        | components["schemas"]["SyncRun"]
        | components["schemas"]["SyncPlan"]
        | components["schemas"]["NothingDue"]
        | components["schemas"]["BackgroundSync"]
        | components["schemas"]["EventReplay"];
    };
    /** @description One run. */
    RunAnswer: {
      /** @constant */
      success: true;
      data: components["schemas"]["SyncRun"];
    };
    /** @description An asset that cannot be stored as Cloudinary shows it. */
    QuarantinedAsset: {
      /** @description Where Cloudinary tells none, a text that names the asset. */
      asset_id: string;
      public_id: string;
      resource_type: string;
      /** @description Why it cannot be stored, as a sentence. */
      reason: string;
      /** Format: date-time */
      since: string;
    };
    /** @description A run that failed or is blocked, and that no later run has made up for. */
    UnsettledRun: {
      /** Format: uuid */
      run_id: string;
      /** @enum {string} */
      kind: "full" | "partial" | "incremental" | "push" | "refresh" | "single" | "scope" | "facts";
      /** @enum {string} */
      status: "failed" | "blocked";
      /** Format: date-time */
      started_at: string;
      finished_at: string | null;
      error: components["schemas"]["RunError"] | null;
    };
    /** @description Cloudinary's quota as last told; null: not known. */
    RateLimit: {
      /** @description Calls an hour. */
      limit: number | null;
      /** @description Calls left until the reset. */
      remaining: number | null;
      reset_at: string | null;
    };
    /** @description Health of the sync. */
    Health: {
      /**
       * @description The worst of the checks.
       * @enum {string}
       */
      status: "ok" | "degraded" | "failing";
      checks: {
        name: string;
        /** @enum {string} */
        status: "ok" | "degraded" | "failing";
        /** @description What is wrong and what to do, as a sentence. */
        message: string;
        value: string | null;
      }[];
    };
    /** @description How the sync is doing. */
    SyncOverviewAnswer: {
      /** @constant */
      success: true;
      sync_status: {
        /** @description When the last pull was completed; null before. */
        last_sync: string | null;
        /** @description Both sides were equal at last sight: nothing waits, errs, is in conflict, in quarantine or blocked. */
        is_synced: boolean;
        /** @description Edits and deletions that wait for Cloudinary. */
        pending_operations: number;
        /** @description Whether a pull is running. */
        sync_in_progress: boolean;
        synced_assets: number;
        error_assets: number;
        /** @description The last error of a day; null but for editors. */
        last_error: string | null;
        /** @description The first 1,000. */
        quarantine: components["schemas"]["QuarantinedAsset"][];
        /** @description The last 100. */
        failed_runs: components["schemas"]["UnsettledRun"][];
      };
      stats: components["schemas"]["MediaStatistics"];
      /** @description The last ten, the latest first. */
      runs: components["schemas"]["SyncRun"][];
      rate_limit: components["schemas"]["RateLimit"];
      /** @description Assets of which facts that listings do not tell (etag, uploaded_at, duration, original_filename, …) are still to be asked for. */
      untold: {
        /** @description Assets of which the search index is asked next. */
        search: number;
        /** @description Assets of which the detail is asked next, a call each. */
        detail: number;
        /** @description false: at least so many. */
        is_exact: boolean;
        /** @description Share of the library of which every fact is here that Cloudinary tells. */
        percent: number;
      };
      health: components["schemas"]["Health"];
    };
    /** @description An asset whose two sides differ, and in which fields. */
    FieldDifference: {
      public_id: string;
      fields: string[];
    };
    /** @description Where the two sides differ. */
    VerificationAnswer: {
      /** @constant */
      success: true;
      /** @description Whether the whole library was read in time. */
      complete: boolean;
      /** @description Why it was not. */
      note?: string;
      cloudinary_count: number;
      database_count: number;
      /** @description public_ids, the first 1,000. */
      missing_in_database: string[];
      missing_in_database_count: number;
      /** @description public_ids, the first 1,000. */
      missing_in_cloudinary: string[];
      missing_in_cloudinary_count: number;
      /** @description The first 1,000. */
      differing: components["schemas"]["FieldDifference"][];
      differing_count: number;
    };
    /** @description An OpenAPI document. */
    OpenApiDocument: {
      openapi: string;
      paths: Record<string, never>;
    };
    /** @description What became of a notification. */
    EventAnswer: {
      /** @constant */
      success: true;
      /**
       * @description applied: the rows follow it; stored: a look-up follows; duplicate: it was known; ignored: it concerns nothing here.
       * @enum {string}
       */
      result: "applied" | "stored" | "duplicate" | "ignored";
    };
    /** @description Whether notifications can be received; all but `configured` for admins and secret keys. */
    WebhookStatusAnswer: {
      /** @constant */
      success: true;
      /** @description Whether notifications can be checked. */
      configured: boolean;
      /** @description Names of the variables that are missing. */
      missing?: string[];
      /** @description Where Cloudinary is to send notifications to. */
      url?: string;
      /** @description The notifications that are registered. */
      events?: string[];
      last_received_at?: string | null;
      /** @description The last that could not be applied, of the last seven days. */
      last_error?: {
        /** Format: date-time */
        received_at: string;
        notification_type: string;
      } | null;
    };
    ErrorDetail: {
      /** @description The field, dotted where it lies deeper; empty for the whole body. */
      path: string;
      /** @description What is wrong with it. */
      message: string;
    };
    /** @description The one shape of every error. */
    ErrorAnswer: {
      /** @constant */
      success: false;
      /** @description What went wrong, as a sentence for people. */
      error: string;
      /**
       * @description What went wrong, for programs. Cloudinary's own failures are `cloudinary_` and their name; the others:
       *
       *     - `bad_request`: 400. A field does not fit; `details` names it.
       *     - `invalid_json`: 400. The body is not JSON.
       *     - `incomplete_body`: 400. The body ended too early.
       *     - `query_too_broad`: 400. The search took too long; narrow it.
       *     - `unauthorized`: 401. No credential, or one that is not accepted here.
       *     - `forbidden`: 403. The caller's role does not allow this.
       *     - `not_found`: 404. There is no such thing, or the caller may not see it.
       *     - `method_not_allowed`: 405. The header `Allow` names the methods of this address.
       *     - `conflict`: 409. Something stands against it.
       *     - `in_use`: 409. The asset is in use; `force` does it all the same.
       *     - `name_taken`: 409. Another asset has that name.
       *     - `content_gone`: 409. Cloudinary no longer holds the content and has no backup of it.
       *     - `no_conflict`: 409. There is no conflict to resolve.
       *     - `set_aside`: 409. Cloudinary holds the asset, but it cannot be stored as it is; see `GET sync`.
       *     - `payload_too_large`: 413. The body is too large.
       *     - `unsupported_media_type`: 415. The body must be sent as application/json.
       *     - `internal_error`: 500. Something unexpected; the log holds more under `request_id`.
       *     - `upstream_failed`: 502. Cloudinary failed.
       *     - `not_configured`: 503. Variables are missing or malformed; `details` names them.
       *     - `database_outdated`: 503. The database is older than the functions.
       *     - `database_unavailable`: 503. The database does not answer; try again.
       */
      code: string;
      /** @description One entry for each field that does not fit. */
      details?: components["schemas"]["ErrorDetail"][];
      /** @description Under which the function's log holds the rest. */
      request_id: string;
    };
  };
  responses: {
    /** @description The request is not valid; `details` has an entry for each bad field. */
    BadRequest: {
      headers: {
        "x-request-id": components["headers"]["RequestId"];
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["ErrorAnswer"];
      };
    };
    /** @description No credential, or one that is not accepted here. */
    Unauthorized: {
      headers: {
        "x-request-id": components["headers"]["RequestId"];
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["ErrorAnswer"];
      };
    };
    /** @description The credential is good and does not allow this. */
    Forbidden: {
      headers: {
        "x-request-id": components["headers"]["RequestId"];
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["ErrorAnswer"];
      };
    };
    /** @description There is no such thing, or the caller may not see it. */
    NotFound: {
      headers: {
        "x-request-id": components["headers"]["RequestId"];
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["ErrorAnswer"];
      };
    };
    /** @description Something stands against it; `code` says what. */
    Conflict: {
      headers: {
        "x-request-id": components["headers"]["RequestId"];
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["ErrorAnswer"];
      };
    };
    /** @description The body is too large. */
    PayloadTooLarge: {
      headers: {
        "x-request-id": components["headers"]["RequestId"];
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["ErrorAnswer"];
      };
    };
    /** @description The body must be sent as application/json. */
    UnsupportedMediaType: {
      headers: {
        "x-request-id": components["headers"]["RequestId"];
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["ErrorAnswer"];
      };
    };
    /** @description Something unexpected. */
    InternalError: {
      headers: {
        "x-request-id": components["headers"]["RequestId"];
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["ErrorAnswer"];
      };
    };
    /** @description Cloudinary failed. */
    UpstreamFailed: {
      headers: {
        "x-request-id": components["headers"]["RequestId"];
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["ErrorAnswer"];
      };
    };
    /** @description Something is missing; `code` says what. */
    Unavailable: {
      headers: {
        "x-request-id": components["headers"]["RequestId"];
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["ErrorAnswer"];
      };
    };
  };
  parameters: never;
  requestBodies: never;
  headers: {
    /** @description Under which the function's log holds more. */
    RequestId: string;
  };
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  listMedia: {
    parameters: {
      query?: {
        /** @description Page, from 1, the default. Not with cursor. */
        page?: number;
        /** @description Items a page; 50 when absent. */
        limit?: number;
        /** @description `pagination.next_cursor` of the page before: costs the same at any depth. */
        cursor?: string;
        /** @description Words, each found anywhere in public_id, display_name, original_filename, tags, context and metadata; `"a phrase"`, `-without`. Case, accents and Unicode form make no difference. */
        search?: string;
        /** @description Folder, such as `a/b`; empty for the root. */
        folder?: string;
        /** @description With folder: also what lies in folders below. */
        recursive?: boolean;
        /** @description Comma-separated; an asset must have all of them. */
        tags?: string;
        resource_type?: "image" | "video" | "raw";
        /** @description Delivery type, such as `upload`. */
        type?: string;
        /** @description File format, such as `jpg`. */
        format?: string;
        /** @description Viewers. */
        sync_status?: "synced" | "pending" | "error" | "conflict";
        /** @description Id or slug of a collection. */
        collection?: string;
        /** @description Assets that cannot be stored as Cloudinary shows them now. */
        quarantined?: boolean;
        /** @description Whether the asset is used somewhere. Viewers. */
        used?: boolean;
        /** @description true: the trash. Editors. */
        deleted?: boolean;
        /** @description Date or time in RFC 3339. */
        created_after?: string;
        /** @description Date or time in RFC 3339. */
        created_before?: string;
        /** @description Default: relevance with search, else created_at. relevance: the very name, then its beginning, then whole words, then the rest; sort_order is that of created_at within each. */
        sort_by?:
          | "created_at"
          | "updated_at"
          | "public_id"
          | "bytes"
          | "display_name"
          | "relevance";
        sort_order?: "desc" | "asc";
        /** @description Comma-separated parts of the answer besides the items: stats, sync_status, facets; empty: none. The first two when absent. */
        include?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The page. */
      200: {
        headers: {
          "x-request-id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["MediaListAnswer"];
        };
      };
      400: components["responses"]["BadRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      500: components["responses"]["InternalError"];
      503: components["responses"]["Unavailable"];
    };
  };
  deleteMedia: {
    parameters: {
      query?: {
        /** @description Repeated, each is a name as it stands; given once, a list by commas. */
        public_ids?: string[];
        resource_type?: "image" | "video" | "raw";
        /** @description Delivery type of the assets that are named. */
        type?: string;
        /** @description Deletes what is in use all the same. */
        force?: boolean;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["MediaDeletion"];
      };
    };
    responses: {
      /** @description What became of each. */
      200: {
        headers: {
          "x-request-id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["MediaDeletionAnswer"];
        };
      };
      400: components["responses"]["BadRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      413: components["responses"]["PayloadTooLarge"];
      415: components["responses"]["UnsupportedMediaType"];
      500: components["responses"]["InternalError"];
      502: components["responses"]["UpstreamFailed"];
      503: components["responses"]["Unavailable"];
    };
  };
  editMedia: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["MediaEdits"];
      };
    };
    responses: {
      /** @description The assets that were edited. */
      200: {
        headers: {
          "x-request-id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["MediaEditAnswer"];
        };
      };
      400: components["responses"]["BadRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      409: components["responses"]["Conflict"];
      413: components["responses"]["PayloadTooLarge"];
      415: components["responses"]["UnsupportedMediaType"];
      500: components["responses"]["InternalError"];
      503: components["responses"]["Unavailable"];
    };
  };
  signUpload: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["UploadRequest"];
      };
    };
    responses: {
      /** @description Where to post, and what. */
      200: {
        headers: {
          "x-request-id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SignedUploadAnswer"];
        };
      };
      400: components["responses"]["BadRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      409: components["responses"]["Conflict"];
      413: components["responses"]["PayloadTooLarge"];
      415: components["responses"]["UnsupportedMediaType"];
      500: components["responses"]["InternalError"];
      502: components["responses"]["UpstreamFailed"];
      503: components["responses"]["Unavailable"];
    };
  };
  confirmUpload: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["UploadConfirmation"];
      };
    };
    responses: {
      /** @description The asset. */
      200: {
        headers: {
          "x-request-id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["UploadConfirmationAnswer"];
        };
      };
      400: components["responses"]["BadRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      409: components["responses"]["Conflict"];
      413: components["responses"]["PayloadTooLarge"];
      415: components["responses"]["UnsupportedMediaType"];
      500: components["responses"]["InternalError"];
      502: components["responses"]["UpstreamFailed"];
      503: components["responses"]["Unavailable"];
    };
  };
  listMetadataFields: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The fields. */
      200: {
        headers: {
          "x-request-id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["MetadataFieldsAnswer"];
        };
      };
      400: components["responses"]["BadRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      500: components["responses"]["InternalError"];
      502: components["responses"]["UpstreamFailed"];
      503: components["responses"]["Unavailable"];
    };
  };
  getMediaItem: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description `id` of the asset. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The asset. */
      200: {
        headers: {
          "x-request-id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["MediaItemAnswer"];
        };
      };
      400: components["responses"]["BadRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      500: components["responses"]["InternalError"];
      503: components["responses"]["Unavailable"];
    };
  };
  editMediaItem: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description `id` of the asset. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["MediaEdit"];
      };
    };
    responses: {
      /** @description The asset as it is now. */
      200: {
        headers: {
          "x-request-id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["MediaEditAnswer"];
        };
      };
      400: components["responses"]["BadRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      409: components["responses"]["Conflict"];
      413: components["responses"]["PayloadTooLarge"];
      415: components["responses"]["UnsupportedMediaType"];
      500: components["responses"]["InternalError"];
      503: components["responses"]["Unavailable"];
    };
  };
  restoreMediaItem: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description `id` of the asset. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What became of it. */
      200: {
        headers: {
          "x-request-id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RestoreAnswer"];
        };
      };
      400: components["responses"]["BadRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      409: components["responses"]["Conflict"];
      500: components["responses"]["InternalError"];
      502: components["responses"]["UpstreamFailed"];
      503: components["responses"]["Unavailable"];
    };
  };
  getSync: {
    parameters: {
      query?: {
        /** @description Answers this run alone. */
        run_id?: string;
        /** @description prometheus: the same figures as metrics; openapi: this description of the API, for whoever has a key. */
        format?: "json" | "prometheus" | "openapi";
        /** @description true: compares both sides field by field, without writing. */
        verify?: boolean;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          "x-request-id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json":
            | components["schemas"]["SyncOverviewAnswer"]
            | components["schemas"]["RunAnswer"]
            | components["schemas"]["VerificationAnswer"]
            | components["schemas"]["OpenApiDocument"];
          "text/plain": string;
        };
      };
      400: components["responses"]["BadRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      500: components["responses"]["InternalError"];
      502: components["responses"]["UpstreamFailed"];
      503: components["responses"]["Unavailable"];
    };
  };
  runSync: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["SyncRequest"];
      };
    };
    responses: {
      /** @description Finished. */
      200: {
        headers: {
          "x-request-id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SyncAnswer"];
        };
      };
      /** @description Still running: call again, or leave it to the tick. */
      202: {
        headers: {
          "x-request-id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SyncAnswer"];
        };
      };
      400: components["responses"]["BadRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      413: components["responses"]["PayloadTooLarge"];
      415: components["responses"]["UnsupportedMediaType"];
      500: components["responses"]["InternalError"];
      502: components["responses"]["UpstreamFailed"];
      503: components["responses"]["Unavailable"];
    };
  };
  getWebhook: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Whether they can. */
      200: {
        headers: {
          "x-request-id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["WebhookStatusAnswer"];
        };
      };
      400: components["responses"]["BadRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      500: components["responses"]["InternalError"];
      503: components["responses"]["Unavailable"];
    };
  };
  receiveNotification: {
    parameters: {
      query?: never;
      header: {
        /** @description Unix seconds of the signature. */
        "x-cld-timestamp": string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["Notification"];
      };
    };
    responses: {
      /** @description What became of it. */
      200: {
        headers: {
          "x-request-id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["EventAnswer"];
        };
      };
      400: components["responses"]["BadRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      413: components["responses"]["PayloadTooLarge"];
      500: components["responses"]["InternalError"];
      503: components["responses"]["Unavailable"];
    };
  };
}
