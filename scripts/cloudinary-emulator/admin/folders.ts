import { badRequest, Failure } from "../http/failure.ts";
import type { Answer, Exchange, Route } from "../http/route.ts";
import { causeOf } from "../notifications/cause.ts";
import { notifyFolder, notifyFolderRename } from "../notifications/events.ts";
import { toSecond } from "../shapes/times.ts";
import { describeFolder, type Folder, folderName, normalizeFolder } from "../store/folder-store.ts";
import type { World } from "../world.ts";
import { wildcardPattern } from "../search/values.ts";

const MAXIMUM_RESULTS = 2000;

/** The folder routes of the Admin API. */
export const folderRoutes: readonly Route[] = [
  { method: "POST", pattern: "/folders/search", api: "admin", handle: searchFolders },
  { method: "GET", pattern: "/folders/search", api: "admin", handle: searchFolders },
  { method: "GET", pattern: "/folders", api: "admin", handle: listRoot },
  { method: "GET", pattern: "/folders/*path", api: "admin", handle: listSubfolders },
  { method: "POST", pattern: "/folders/*path", api: "admin", handle: createFolder },
  { method: "PUT", pattern: "/folders/*path", api: "admin", handle: renameFolder },
  { method: "DELETE", pattern: "/folders/*path", api: "admin", handle: deleteFolder },
];

function listRoot(exchange: Exchange): Answer {
  return { body: folderPage(exchange, exchange.world.folders.children("")) };
}

function listSubfolders(exchange: Exchange): Answer {
  const path = existingFolder(exchange);
  return { body: folderPage(exchange, exchange.world.folders.children(path)) };
}

/** Folder lists say `next_cursor: null` at their end, unlike asset lists. */
function folderPage({ parameters }: Exchange, folders: readonly Folder[]): unknown {
  const size = parameters.count("max_results", MAXIMUM_RESULTS, MAXIMUM_RESULTS);
  const cursor = parameters.text("next_cursor") ?? "";
  if (!/^\d{0,7}$/.test(cursor)) throw badRequest("Invalid value for parameter next_cursor");
  const start = Number(cursor);
  const end = start + size;
  return {
    folders: folders.slice(start, end),
    next_cursor: end < folders.length ? String(end) : null,
    total_count: folders.length,
  };
}

function createFolder(exchange: Exchange): Answer {
  const { world } = exchange;
  const path = normalizeFolder(exchange.path.path!);
  if (path === "") throw badRequest("Invalid folder path");
  for (const created of world.folders.ensure(path)) {
    notifyFolder(world, causeOf(exchange), "create_folder", created);
  }
  return { body: { success: true, path, name: folderName(path) } };
}

function deleteFolder(exchange: Exchange): Answer {
  const { world } = exchange;
  const path = existingFolder(exchange);
  const subtree = world.folders.subtree(path);
  if (subtree.some((folder) => holdsAssets(world, folder))) {
    throw badRequest("Folder is not empty");
  }
  for (const folder of [...subtree].reverse()) {
    world.folders.remove(folder);
    notifyFolder(world, causeOf(exchange), "delete_folder", folder);
  }
  return { body: { deleted: subtree } };
}

/** Moves a folder with everything in it. Only the folder event tells: the assets inside are silent. */
function renameFolder(exchange: Exchange): Answer {
  const { world, parameters } = exchange;
  if (world.behavior.folder_mode !== "dynamic") {
    throw badRequest("Renaming folders is only available in dynamic folder mode");
  }
  const from = existingFolder(exchange);
  const to = normalizeFolder(parameters.requiredText("to_folder"));
  if (to === "" || to === from || to.startsWith(`${from}/`)) throw badRequest("Invalid to_folder");
  if (world.folders.has(to)) throw new Failure(409, `Folder ${to} already exists`);
  const now = toSecond(world.clock.now());
  for (const folder of world.folders.subtree(from).reverse()) {
    const target = to + folder.slice(from.length);
    world.folders.ensure(target);
    for (const [, row] of [...world.assets.byFolder.list(folder.toLowerCase())?.entries() ?? []]) {
      if (row.asset.asset_folder !== folder) continue;
      const { last_updated } = row.asset;
      world.assets.replace(row, {
        ...row.asset,
        asset_folder: target,
        last_updated: world.behavior.folder_rename_stamps
          ? { ...last_updated, updated_at: now }
          : last_updated,
      });
    }
    world.folders.remove(folder);
  }
  notifyFolderRename(world, causeOf(exchange), from, to);
  const [fromFolder, toFolder] = [describeFolder(from), describeFolder(to)];
  return {
    body: {
      from: { name: fromFolder.name, path: from },
      to: { name: toFolder.name, path: to },
    },
  };
}

/** Folder search knows `name` and `path`, with `:` and `=` and wildcards, or a bare word. */
function searchFolders(exchange: Exchange): Answer {
  const { world, parameters } = exchange;
  const expression = (parameters.text("expression") ?? "").trim();
  const match = /^(?:(name|path)\s*[:=]\s*)?"?([^"]*)"?$/.exec(expression);
  if (match === null) throw badRequest("Error parsing expression");
  const pattern = wildcardPattern(match[2] || "*");
  const isPath = match[1] === "path";
  const folders = world.folders.list()
    .filter((folder) => pattern.test(isPath ? folder.path : folder.name));
  return { body: folderPage(exchange, folders) };
}

function existingFolder({ world, path }: Exchange): string {
  const folder = normalizeFolder(path.path!);
  if (folder === "" || !world.folders.has(folder)) {
    throw new Failure(404, `Can't find folder with path ${path.path}`);
  }
  return folder;
}

function holdsAssets(world: World, folder: string): boolean {
  const list = world.assets.byFolder.list(folder.toLowerCase());
  for (const [, row] of list?.entries() ?? []) {
    if (row.asset.asset_folder === folder) return true;
  }
  return false;
}
