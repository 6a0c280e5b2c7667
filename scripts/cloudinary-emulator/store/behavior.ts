/**
 * What is uncertain about Cloudinary: the one list of it. Documentation, SDKs and their tests leave each fact open or tell it
 * differently, so that a client has to work under every variant. The first variant of each is the likelier one and the
 * default; the second is what the whole list is set to for a run under `b`.
 */

/** A fact that is uncertain, or an option that an account may have set either way. */
export interface Fact<Value = unknown> {
  readonly about: string;
  readonly variants: readonly [a: Value, b: Value, ...others: Value[]];
  /** `account`: Cloudinary lets its customers choose. `pace`: the emulator's own, no fact at all. */
  readonly kind: "uncertain" | "account" | "pace";
}

function uncertain<const Value>(about: string, ...variants: [Value, Value, ...Value[]]) {
  return { about, variants, kind: "uncertain" } satisfies Fact<Value>;
}

function account<const Value>(about: string, ...variants: [Value, Value, ...Value[]]) {
  return { about, variants, kind: "account" } satisfies Fact<Value>;
}

function pace<Value>(about: string, value: Value) {
  return { about, variants: [value, value], kind: "pace" } satisfies Fact<Value>;
}

/** Every fact by its name in `PUT /_emulator/behavior`. */
export const FACTS = {
  look_up_cap: uncertain<number>(
    "Ids of which one look-up by asset_id (`by_asset_ids`) knows. The documentation says 10, its API model 100.",
    100,
    10,
  ),
  look_up_cap_silent: uncertain(
    "Whether ids beyond `look_up_cap` are left out without a word; otherwise the call is refused (400).",
    false,
    true,
  ),
  look_up_pages: uncertain(
    "Whether a look-up by asset_id is cut into pages as listings are: `max_results`, 10 when absent, and `next_cursor`.",
    false,
    true,
  ),
  placeholders: uncertain(
    "Whether a deleted asset with a backup shows as placeholder (`placeholder: true`, `bytes: 0`) in look-ups, " +
      "listings, searches and delete notifications too, and not in its detail alone.",
    false,
    true,
  ),
  sorted_tags: uncertain(
    "Whether answers tell tags in alphabetical order; otherwise in that in which they were added.",
    true,
    false,
  ),
  ids_answered_by: uncertain(
    "What names the assets in the answer of a deletion or restore by asset_ids.",
    "public_id",
    "asset_id",
  ),
  update_context: uncertain(
    "Whether `context` in an update or `explicit` replaces the whole context or is merged into it.",
    "replace",
    "merge",
  ),
  update_empty_clears: uncertain(
    "Whether an empty `tags=` or `context=` in an update clears them; otherwise it is passed over.",
    true,
    false,
  ),
  overwrite_keeps_fields: uncertain(
    "Whether an overwriting upload keeps tags, context and metadata that it does not name.",
    false,
    true,
  ),
  overwrite_moves_created_at: uncertain(
    "Whether an overwriting upload moves `created_at`; `uploaded_at` it moves in any case.",
    false,
    true,
  ),
  edits_bump_version: uncertain(
    "Whether a rename or an edit of metadata gives the asset a new `version`, as new content does.",
    false,
    true,
  ),
  context_empty_value: uncertain(
    "What an empty value does that is added to the context: it takes the key away, as Cloudinary's OpenAPI description says, or is stored.",
    "removes",
    "stored",
  ),
  context_value_limit: uncertain<number>(
    "Characters that one value of the context may have; a longer one is refused (400).",
    1024,
    255,
  ),
  public_id_case: uncertain(
    "Whether public_ids that differ in case alone name two assets or one.",
    "sensitive",
    "insensitive",
  ),
  public_id_unicode: uncertain(
    "Whether a public_id is kept as it was sent or brought into Unicode's composed form (NFC).",
    "kept",
    "nfc",
  ),
  upload_signature_elsewhere: uncertain(
    "Whether the signature of an upload's parameters is taken by the other endpoints of the Upload API; otherwise each " +
      "of them leaves parameters that it does not know out of the text that it checks.",
    "taken",
    "refused",
  ),
  rename_conflict_status: uncertain("Status of a rename onto a taken public_id.", 400, 409),
  stale_status: uncertain(
    "Status of an Upload API call whose timestamp is more than an hour old.",
    400,
    401,
  ),
  rate_limit_status: uncertain("Status of a call beyond the hourly limit.", 420, 429),
  moderation_shape: uncertain(
    "How listings tell the moderation: `moderation_kind` and `moderation_status`, or a list.",
    "scalars",
    "array",
  ),
  raw_etag_needs_flag: uncertain(
    "Whether the detail of a raw asset tells its `etag` only with the flag `media_metadata`.",
    false,
    true,
  ),
  detail_last_updated: uncertain("Whether an asset's detail tells `last_updated`.", true, false),
  detail_original_filename: uncertain(
    "Whether an asset's detail tells `original_filename`, as the SDK for Go models it.",
    true,
    false,
  ),
  search_last_updated: uncertain(
    "Whether a search tells `last_updated` without being asked, where it is asked to (`with_field`), or never: then asking is refused (400).",
    "told",
    "asked",
    "refused",
  ),
  search_sorts_last_updated: uncertain(
    "Whether a search can be sorted by `last_updated`; otherwise it is refused (400).",
    true,
    false,
  ),
  search_metadata: uncertain(
    "Whether a search tells metadata (`with_field`), or the account's plan refuses it (400).",
    "told",
    "refused",
  ),
  search_default_max_results: uncertain<number>(
    "`max_results` of a search that names none.",
    50,
    10,
  ),
  search_range_upper_inclusive: uncertain(
    "Whether the upper end of `[a TO b]` in a search belongs to the range.",
    false,
    true,
  ),
  payload_shapes: uncertain(
    "`resources` of notifications: a list for changes of tags, access control and deletions and a map by public_id for " +
      "the others, as their sources have them (`documented`), the other way about, or one shape for all.",
    "documented",
    "swapped",
    "array",
    "map",
  ),
  context_delta: uncertain(
    "Items of a change of context in notifications: `[{ name, value }]`, or `{ key: value }` with a list of removed keys.",
    "list",
    "object",
  ),
  upload_edits_notify: uncertain(
    "Whether edits through the Upload API (tags, context, metadata, `explicit`) send notifications.",
    true,
    false,
  ),
  restore_notifies: uncertain(
    "Whether a restored asset sends a notification (`upload`).",
    true,
    false,
  ),
  folder_rename_stamps: uncertain(
    "Whether the rename of a folder stamps `last_updated.updated_at` of the assets inside.",
    false,
    true,
  ),
  notification_url_additive: uncertain(
    "Whether a call's own `notification_url` is told besides the triggers, and not in their place.",
    false,
    true,
  ),
  notification_resign: uncertain(
    "Whether a notification that is tried again carries a fresh timestamp and signature.",
    false,
    true,
  ),
  notification_success: uncertain(
    "Which answers of a receiver end the tries of a notification.",
    "200",
    "2xx",
  ),
  folder_mode: account(
    "How the account keeps folders. New ones are dynamic.",
    "dynamic",
    "fixed",
  ),
  backup: account(
    "Whether the account keeps backups, from which deleted assets can be restored. New ones do not.",
    false,
    true,
  ),
  signature_algorithm: account(
    "Hash of the signatures of answers and notifications.",
    "sha1",
    "sha256",
  ),
  rate_limit: pace<number>(
    "Admin and search calls an hour. Cloudinary's free plan has 500.",
    100_000,
  ),
  notification_retry_delays_ms: pace<readonly number[]>(
    "Waits before the second, third and fourth try of a notification. Cloudinary: 3, 6 and 9 minutes.",
    [300, 600, 900],
  ),
  cursor_lifetime_ms: pace<number>("Time after which a cursor is refused; 0 means never.", 0),
} as const;

/** The setting of every fact. */
export type Behavior = {
  -readonly [Name in keyof typeof FACTS]: Widened<(typeof FACTS)[Name]["variants"][number]>;
};

type Widened<Value> = Value extends boolean ? boolean : Value;

/** A setting of the whole list: every fact's first or second variant. */
export type Variant = "a" | "b";

/**
 * What `b` leaves as it is: the folder mode decides what an account can do at all, and a rename that counts as new content
 * makes another story of every scenario. Both have tests of their own.
 */
const LEFT_BY_B: ReadonlySet<string> = new Set(["folder_mode", "edits_bump_version"]);

/** The whole list under one variant. */
export function behaviorOf(variant: Variant): Behavior {
  const settings = Object.entries(FACTS).map(([name, { variants }]) => {
    const takesSecond = variant === "b" && !LEFT_BY_B.has(name);
    return [name, variants[takesSecond ? 1 : 0]];
  });
  return Object.fromEntries(settings) as Behavior;
}

/** The list as the table of the README. */
export function describeFacts(): string {
  const code = (value: unknown) => `\`${JSON.stringify(value).replaceAll('"', "")}\``;
  const rows = Object.entries(FACTS).map(([name, { about, variants, kind }]) => {
    const [a, b, ...others] = variants as readonly unknown[];
    const rest = kind === "pace" ? "" : [b, ...others].map(code).join(", ");
    return `| \`${name}\` | ${about.replaceAll("|", "\\|")} | ${code(a)} | ${rest} |`;
  });
  return ["| name | what it decides | default | otherwise |", "| --- | --- | --- | --- |", ...rows]
    .join("\n");
}
