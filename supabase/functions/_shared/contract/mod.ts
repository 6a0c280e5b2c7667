/** The HTTP API's contract: what every request may hold and what every answer holds. */
export * from "./deletions.ts";
export * from "./edits.ts";
export * from "./error.ts";
export * from "./library-state.ts";
export * from "./media-item.ts";
export * from "./media-list.ts";
export * from "./metadata-fields.ts";
export * from "./run.ts";
export * from "./sync-overview.ts";
export * from "./sync.ts";
export * from "./uploads.ts";
export * from "./values.ts";
export * from "./webhook.ts";
