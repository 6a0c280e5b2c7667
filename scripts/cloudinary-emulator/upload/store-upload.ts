import type { Exchange } from "../http/route.ts";
import { initialMetadata } from "../library/metadata-values.ts";
import { newAssetId } from "../library/new-id.ts";
import { readAccessControl, readContext } from "../library/read-edits.ts";
import { refuseAnalysis } from "../library/refuse-analysis.ts";
import { stampWhole } from "../library/stamps.ts";
import { checkTags, splitTags } from "../library/tags.ts";
import { badRequest } from "../shapes/failure.ts";
import type { Parameters } from "../shapes/parameters.ts";
import { readPairs } from "../shapes/pipe-encoding.ts";
import { toSecond } from "../shapes/times.ts";
import { type Asset, isResourceType, type ResourceType } from "../store/asset.ts";
import { lastPart } from "../store/folder-store.ts";
import { contentEtag, type Probe, probeContent } from "./content.ts";
import { chooseNames, type Naming } from "./naming.ts";
import type { IncomingFile } from "./read-file.ts";

/** An upload that passed every check and waits to be stored. */
export interface PreparedUpload {
  readonly file: IncomingFile;
  readonly probe: Probe;
  readonly naming: Naming;
  readonly type: string;
  readonly tags: readonly string[];
  readonly context: Readonly<Record<string, string>>;
  readonly metadata: Asset["metadata"];
  readonly access_control: readonly unknown[] | undefined;
  readonly access_mode: string;
  readonly moderation: Asset["moderation"];
  readonly overwrite: boolean;
  readonly backup: boolean;
  readonly api_key: string;
}

/** What an upload did. */
export interface StoredUpload {
  readonly asset: Asset;
  readonly outcome: "created" | "overwritten" | "existing";
}

const TYPES = new Set(["upload", "private", "authenticated"]);

/**
 * Checks an upload completely, before anything changes.
 *
 * @throws Failure 400 when a parameter or the file is wrong
 */
export function prepareUpload(
  exchange: Exchange,
  parameters: Parameters,
  file: IncomingFile,
): PreparedUpload {
  const { behavior, metadataFields, path, caller } = exchange;
  const wanted = path.upload_resource_type as ResourceType | "auto";
  const type = parameters.text("type") ?? "upload";
  if (!TYPES.has(type)) throw badRequest(`Invalid type ${type}`);
  const probe = probeContent(file.bytes, wanted, file.name);
  const allowed = parameters.commaList("allowed_formats");
  if (allowed.length > 0 && !allowed.includes(probe.format ?? "")) {
    throw badRequest(`Image file format ${probe.format ?? "unknown"} not allowed`);
  }
  const naming = chooseNames(exchange, parameters, file.name, probe.resource_type === "raw");
  refuseAnalysis(parameters, "upload");
  const tags = splitTags(parameters.texts("tags"));
  checkTags(tags);
  const context = readContext(behavior, parameters.raw("context") ?? {});
  const metadata = parameters.has("metadata") ? readPairs(parameters.raw("metadata")) : [];
  const accessControl = parameters.raw("access_control");
  const moderation = parameters.text("moderation");
  const isUnsigned = !parameters.has("signature") &&
    !exchange.request.headers.has("authorization");
  return {
    file,
    probe,
    naming,
    type,
    tags,
    context: Object.fromEntries(context),
    metadata: initialMetadata(metadataFields, metadata, parameters.flag("clear_invalid")),
    access_control: accessControl === undefined ? undefined : readAccessControl(accessControl),
    access_mode: parameters.text("access_mode") ?? (type === "upload" ? "public" : "authenticated"),
    moderation: moderation ? [{ kind: moderation, status: "pending" }] : [],
    overwrite: parameters.flag("overwrite", !isUnsigned),
    backup: parameters.flag("backup", behavior.backup),
    api_key: caller.api_key,
  };
}

/**
 * Stores a checked upload. An overwritten asset keeps its asset_id and creation time and gets a new
 * version; without `overwrite` the existing asset stays as it is.
 */
export function storeUpload(exchange: Exchange, upload: PreparedUpload): StoredUpload {
  const { clock, random, behavior, assets, contents, archive, folders } = exchange;
  const { probe, naming, type } = upload;
  const { resource_type } = probe;
  if (!isResourceType(resource_type)) throw badRequest("Invalid resource_type");
  const existing = assets.getByName({ resource_type, type, public_id: naming.public_id });
  if (existing !== undefined && !upload.overwrite) {
    return { asset: existing.asset, outcome: "existing" };
  }
  const before = existing?.asset;
  const now = toSecond(clock.now());
  const movesCreation = behavior.overwrite_moves_created_at;
  const keeps = before !== undefined && behavior.overwrite_keeps_fields;
  const tags = keeps && upload.tags.length === 0 ? before.tags : upload.tags;
  const context = keeps && Object.keys(upload.context).length === 0
    ? before.context
    : upload.context;
  const metadata = keeps ? { ...before.metadata, ...upload.metadata } : upload.metadata;
  const leaf = lastPart(naming.public_id);
  const asset: Asset = {
    asset_id: before?.asset_id ?? newAssetId(exchange),
    // Where case does not tell names apart, the asset keeps the one that it has.
    public_id: before?.public_id ?? naming.public_id,
    resource_type,
    type,
    format: probe.format,
    version: Math.max(now / 1000, (before?.version ?? 0) + 1),
    version_id: random.hexadecimal(32),
    bytes: upload.file.bytes.length,
    width: probe.width,
    height: probe.height,
    duration: probe.duration,
    pages: probe.pages,
    etag: contentEtag(upload.file.bytes),
    original_filename: naming.original_filename,
    original_extension: naming.original_extension,
    asset_folder: naming.asset_folder ?? before?.asset_folder ?? "",
    display_name: naming.display_name ?? before?.display_name ?? leaf,
    tags,
    context,
    metadata,
    access_mode: upload.access_mode,
    access_control: upload.access_control ?? before?.access_control,
    moderation: upload.moderation,
    created_at: before === undefined || movesCreation ? now : before.created_at,
    uploaded_at: now,
    last_updated: stampWhole({ tags, context, metadata }, now, before),
    created_by: before?.created_by ?? upload.api_key,
    derived: [],
    related: before?.related ?? [],
  };
  folders.ensure(asset.asset_folder);
  if (existing !== undefined && movesCreation) assets.remove(existing);
  if (existing === undefined || movesCreation) assets.insert(asset);
  else assets.replace(existing, asset);
  const content = { bytes: upload.file.bytes, contentType: probe.contentType };
  contents.set(asset.asset_id, content);
  if (upload.backup) archive.backUp(asset, content);
  return { asset, outcome: existing === undefined ? "created" : "overwritten" };
}
