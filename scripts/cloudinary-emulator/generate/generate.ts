import { newAssetId } from "../library/new-id.ts";
import { stampWhole } from "../library/stamps.ts";
import { oldestKey } from "../store/account.ts";
import type { AssetStore } from "../store/asset-store.ts";
import {
  type Asset,
  type AssetName,
  type MetadataValue,
  type ResourceType,
} from "../store/asset.ts";
import type { Behavior } from "../store/behavior.ts";
import { lastPart, normalizeFolder, parentFolder } from "../store/folder-store.ts";
import { createRandom, type Random } from "../store/random.ts";
import type { State } from "../store/state.ts";
import { METADATA_DEFINITIONS } from "./metadata-definitions.ts";
import {
  CONTEXT_VALUES,
  FOLDERS,
  NASTY_PUBLIC_IDS,
  QUALITIES,
  SUBJECTS,
  TAGS,
} from "./vocabulary.ts";

/** What to generate. */
export interface GenerateOptions {
  /** Number of assets. */
  readonly count: number;
  /** Same seed, same library (default 1). */
  readonly seed?: number;
  /** Folder below which everything is put (default the root). */
  readonly folder?: string;
}

/** What is filled. */
type Filled = Pick<
  State,
  "account" | "behavior" | "assets" | "folders" | "metadataFields" | "archive"
>;

/** First and last possible creation time: a fixed span, so that a seed gives the same times always. */
const FIRST_DAY = Date.UTC(2022, 5, 1);
const LAST_DAY = Date.UTC(2025, 5, 1);

const FORMATS: Readonly<Record<ResourceType, readonly string[]>> = {
  image: ["jpg", "jpg", "jpg", "png", "webp", "gif", "svg", "pdf"],
  video: ["mp4", "mp4", "webm", "mov", "mp3"],
  raw: ["zip", "txt", "docx", "csv"],
};

/**
 * Fills the library with realistic and nasty assets, deterministic by seed: every resource and
 * delivery type, hostile public_ids, one public_id under three resource types, nested folders,
 * tags, context and metadata of every kind, many assets in one second.
 *
 * @returns the new assets in order of creation
 */
export function generateAssets(state: Filled, options: GenerateOptions): Asset[] {
  const random = createRandom(options.seed ?? 1);
  const root = normalizeFolder(options.folder ?? "");
  const { assets, folders, metadataFields } = state;
  for (const field of METADATA_DEFINITIONS) {
    if (metadataFields.get(field.external_id) === undefined) metadataFields.set(field);
  }
  const step = Math.max(1, Math.floor((LAST_DAY - FIRST_DAY) / 1000 / Math.max(1, options.count)));
  let created = FIRST_DAY;
  const generated: Asset[] = [];
  for (let index = 0; index < options.count; index++) {
    // A third of the library shares its second with a neighbour, sometimes dozens in a row.
    if (!random.chance(0.35)) created += random.integer(2 * step) * 1000 + 1000;
    const asset = generateAsset(state, random, index, created, root);
    folders.ensure(asset.asset_folder);
    assets.insert(asset);
    generated.push(asset);
  }
  return generated;
}

function generateAsset(
  state: Filled,
  random: Random,
  index: number,
  created_at: number,
  root: string,
): Asset {
  const { account, behavior, assets } = state;
  const name = freeName(assets, random, chooseName(behavior, random, index, root));
  const { resource_type, type, public_id } = name;
  const isRaw = resource_type === "raw";
  const format = random.pick(FORMATS[resource_type]);
  const isAudio = format === "mp3";
  const leaf = lastPart(public_id);
  const changed = created_at + (random.chance(0.3) ? random.integer(86_400 * 90) * 1000 : 0);
  const tags = chooseTags(random, index);
  const context = chooseContext(random, index);
  const metadata = chooseMetadata(random);
  const asset_id = newAssetId({ ...state, random });
  return {
    asset_id,
    public_id,
    resource_type,
    type,
    format: isRaw ? undefined : format,
    version: Math.floor(created_at / 1000),
    version_id: random.hexadecimal(32),
    bytes: 1 + random.integer(resource_type === "video" ? 90_000_000 : 9_000_000),
    width: isRaw || isAudio ? undefined : 1 + random.integer(6000),
    height: isRaw || isAudio ? undefined : 1 + random.integer(4000),
    duration: resource_type === "video" ? random.integer(3_600_000) / 1000 : undefined,
    pages: format === "pdf" ? 1 + random.integer(40) : undefined,
    etag: random.hexadecimal(32),
    original_filename: leaf.slice(0, 60),
    asset_folder: behavior.folder_mode === "fixed"
      ? parentFolder(public_id)
      : chooseFolder(random, root),
    display_name: random.chance(0.8) ? leaf.replaceAll("/", " ") : `${random.pick(SUBJECTS)} copy`,
    tags,
    context,
    metadata,
    access_mode: type === "upload" ? "public" : "authenticated",
    access_control: random.chance(0.01) ? [{ access_type: "token" }] : undefined,
    moderation: random.chance(0.05)
      ? [{ kind: "manual", status: random.pick(["pending", "approved", "rejected"]) }]
      : [],
    created_at,
    uploaded_at: created_at,
    last_updated: stampWhole({ tags, context, metadata }, changed),
    created_by: oldestKey(account),
    derived: [],
    related: [],
  };
}

/** The first assets are the nasty ones, in a fixed order; then comes the ordinary mass. */
function chooseName(
  { folder_mode }: Behavior,
  random: Random,
  index: number,
  root: string,
): AssetName {
  const below = (path: string) => root === "" ? path : `${root}/${path}`;
  // One public_id under three resource types.
  if (index < 3) {
    const resource_type = (["image", "video", "raw"] as const)[index]!;
    return { resource_type, type: "upload", public_id: below("shared/same name") };
  }
  // The same public_id under three delivery types.
  if (index < 6) {
    const type = ["upload", "private", "authenticated"][index - 3]!;
    return { resource_type: "image", type, public_id: below("shared/three deliveries") };
  }
  const nasty = NASTY_PUBLIC_IDS[index - 6];
  if (nasty !== undefined) {
    return { resource_type: "image", type: "upload", public_id: below(nasty) };
  }
  if (index === 6 + NASTY_PUBLIC_IDS.length) {
    return { resource_type: "image", type: "upload", public_id: longPublicId(below("")) };
  }
  const resource_type = random.chance(0.82) ? "image" : random.chance(0.6) ? "video" : "raw";
  const type = random.chance(0.92) ? "upload" : random.pick(["private", "authenticated"]);
  const words = `${random.pick(QUALITIES)}-${random.pick(SUBJECTS)}-${random.hexadecimal(6)}`;
  const hasPath = folder_mode === "fixed" || random.chance(0.3);
  const folder = hasPath ? random.pick(FOLDERS) : "";
  const stem = folder === "" ? words : `${folder}/${words}`;
  const extension = resource_type === "raw" ? `.${random.pick(FORMATS.raw)}` : "";
  return { resource_type, type, public_id: below(stem + extension) };
}

/** A public_id of exactly 255 bytes, with characters of several bytes. */
function longPublicId(start: string): string {
  const encoder = new TextEncoder();
  let id = start;
  while (encoder.encode(id).length + 3 <= 255) id += "長";
  return id.padEnd(id.length + 255 - encoder.encode(id).length, "x");
}

function freeName(assets: AssetStore, random: Random, name: AssetName): AssetName {
  let candidate = name;
  while (assets.getByName(candidate) !== undefined) {
    candidate = { ...name, public_id: `${name.public_id.slice(0, 70)}-${random.hexadecimal(8)}` };
  }
  return candidate;
}

function chooseFolder(random: Random, root: string): string {
  const folder = random.pick(FOLDERS);
  return root === "" ? folder : folder === "" ? root : `${root}/${folder}`;
}

function chooseTags(random: Random, index: number): string[] {
  if (index === 10) return Array.from({ length: 60 }, (_, tag) => `tag-${tag}`);
  const tags = new Set<string>();
  const count = random.integer(5);
  for (let tag = 0; tag < count; tag++) tags.add(random.pick(TAGS));
  return [...tags];
}

function chooseContext(random: Random, index: number): Record<string, string> {
  const context: Record<string, string> = {};
  // Every hostile value occurs at least once, even in a small library.
  const forced = CONTEXT_VALUES[index];
  if (forced !== undefined) context.caption = forced;
  if (random.chance(0.5)) context.alt = random.pick(CONTEXT_VALUES);
  if (random.chance(0.2)) context.caption ??= `${random.pick(QUALITIES)} ${random.pick(SUBJECTS)}`;
  if (random.chance(0.05)) context["clé"] = random.pick(CONTEXT_VALUES);
  return context;
}

function chooseMetadata(random: Random): Record<string, MetadataValue> {
  const metadata: Record<string, MetadataValue> = {};
  if (!random.chance(0.4)) return metadata;
  if (random.chance(0.7)) metadata.photographer = random.pick(["Ana Díaz", "Jörg Weiß", "李雷"]);
  if (random.chance(0.5)) metadata.rating = random.integer(6);
  if (random.chance(0.5)) {
    metadata.shot_on = `2023-0${1 + random.integer(9)}-1${random.integer(10)}`;
  }
  if (random.chance(0.5)) metadata.licence = random.pick(["owned", "stock", "editorial"]);
  if (random.chance(0.4)) {
    metadata.channels = ["web", "print", "social", "outdoor"].filter(() => random.chance(0.5));
    if (metadata.channels.length === 0) delete metadata.channels;
  }
  return metadata;
}
