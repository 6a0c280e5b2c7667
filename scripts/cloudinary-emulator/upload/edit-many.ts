import { type Answer, causeOf, type Exchange } from "../http/route.ts";
import { type AssetChange, changeAsset, type Changed } from "../library/change-asset.ts";
import { applyMetadata } from "../library/metadata-values.ts";
import { readContext } from "../library/read-edits.ts";
import { checkTags, splitTags } from "../library/tags.ts";
import { notifyChanges } from "../notifications/events.ts";
import { badRequest } from "../shapes/failure.ts";
import { readPairs } from "../shapes/pipe-encoding.ts";
import { tagKey } from "../store/asset-store.ts";
import type { Asset, ResourceType } from "../store/asset.ts";
import type { Row } from "../store/row.ts";

/** Assets that one call edits. */
const MAXIMUM_PUBLIC_IDS = 1000;

/** `POST /:resource_type/tags`: add, remove, replace, set_exclusive, remove_all. */
export function editTags(exchange: Exchange): Answer {
  const { assets, parameters, path } = exchange;
  const command = parameters.requiredText("command");
  const tags = splitTags(parameters.texts("tag"));
  const resultOf: Readonly<Record<string, (held: readonly string[]) => readonly string[]>> = {
    add: (held) => [...new Set([...held, ...tags])],
    set_exclusive: (held) => [...new Set([...held, ...tags])],
    remove: (held) => held.filter((tag) => !tags.includes(tag)),
    replace: () => tags,
    remove_all: () => [],
  };
  const result = Object.hasOwn(resultOf, command) ? resultOf[command] : undefined;
  if (result === undefined) throw badRequest(`Invalid command ${command}`);
  if (command !== "remove_all" && tags.length === 0) {
    throw badRequest("Missing required parameter - tag");
  }
  const rows = selectRows(exchange);
  for (const { asset } of rows) checkTags(result(asset.tags));
  const changes: Changed[] = [];
  if (command === "set_exclusive") {
    // Exclusive: the tags leave every other asset of this resource type.
    const chosen = new Set(rows);
    for (const tag of tags) {
      const list = assets.byTag.list(tagKey(path.upload_resource_type!, tag));
      for (const [, row] of [...list?.entries() ?? []]) {
        if (chosen.has(row)) continue;
        const rest = row.asset.tags.filter((held) => held !== tag);
        changes.push(changeAsset(exchange, row, { tags: rest }));
      }
    }
  }
  changes.push(...rows.map((row) => changeAsset(exchange, row, { tags: result(row.asset.tags) })));
  return finish(exchange, rows, changes);
}

/** `POST /:resource_type/context`: add (merges by key; an empty value may take its key away) and remove_all. */
export function editContext(exchange: Exchange): Answer {
  const { behavior, parameters } = exchange;
  const command = parameters.requiredText("command");
  if (command === "remove_all") return editEach(exchange, () => ({ context: {} }));
  if (command !== "add") throw badRequest(`Invalid command ${command}`);
  const pairs = readContext(behavior, parameters.requiredText("context"));
  const named = new Set(pairs.map(([key]) => key));
  return editEach(exchange, (asset) => ({
    context: Object.fromEntries(
      [...new Map([...Object.entries(asset.context), ...pairs])].filter(([key, value]) =>
        value !== "" || behavior.context_empty_value === "stored" || !named.has(key)
      ),
    ),
  }));
}

/** `POST /:resource_type/metadata`: merges by field, an empty value clears one. */
export function editMetadata(exchange: Exchange): Answer {
  const { metadataFields, parameters } = exchange;
  const pairs = readPairs(parameters.requiredText("metadata"));
  const clearInvalid = parameters.flag("clear_invalid");
  return editEach(exchange, (asset) => ({
    metadata: applyMetadata(metadataFields, asset.metadata, pairs, clearInvalid),
  }));
}

function editEach(exchange: Exchange, edit: (asset: Asset) => AssetChange): Answer {
  const rows = selectRows(exchange);
  // Every change is worked out before the first is made: a refused call changes nothing.
  const edits = rows.map((row) => [row, edit(row.asset)] as const);
  const changes = edits.map(([row, change]) => changeAsset(exchange, row, change));
  return finish(exchange, rows, changes);
}

function finish(exchange: Exchange, rows: readonly Row[], changes: readonly Changed[]): Answer {
  if (exchange.behavior.upload_edits_notify) {
    notifyChanges(exchange, causeOf(exchange), changes);
  }
  return { body: { public_ids: rows.map((row) => row.asset.public_id) } };
}

/** The assets that exist among the given ids; unknown ids are skipped without an error. */
function selectRows({ assets, parameters, path }: Exchange): Row[] {
  const publicIds = parameters.ids("public_ids", MAXIMUM_PUBLIC_IDS);
  const resource_type = path.upload_resource_type as ResourceType;
  const type = parameters.text("type") || "upload";
  const rows = new Set<Row>();
  for (const public_id of publicIds) {
    const row = assets.getByName({ resource_type, type, public_id });
    if (row !== undefined) rows.add(row);
  }
  return [...rows];
}
