import { readOffset } from "../http/cursor.ts";
import { admin, type Answer, causeOf, type Exchange, type Route } from "../http/route.ts";
import { notifyFolder, notifyFolderRename } from "../notifications/events.ts";
import { wildcardPattern } from "../search/values.ts";
import { badRequest, Failure } from "../shapes/failure.ts";
import { toSecond } from "../shapes/times.ts";
import { type Folder, lastPart, normalizeFolder } from "../store/folder-store.ts";

const MAXIMUM_RESULTS = 2000;

/** The folder routes of the Admin API. */
export const folderRoutes: readonly Route[] = [
  admin("POST", "/folders/search", searchFolders),
  admin("GET", "/folders/search", searchFolders),
  admin("GET", "/folders", listRoot),
  admin("GET", "/folders/*path", listSubfolders),
  admin("POST", "/folders/*path", createFolder),
  admin("PUT", "/folders/*path", renameFolder),
  admin("DELETE", "/folders/*path", deleteFolder),
];

function listRoot(exchange: Exchange): Answer {
  return { body: folderPage(exchange, exchange.folders.children("")) };
}

function listSubfolders(exchange: Exchange): Answer {
  const path = existingFolder(exchange);
  return { body: folderPage(exchange, exchange.folders.children(path)) };
}

/** Folder lists say `next_cursor: null` at their end, unlike asset lists. */
function folderPage(exchange: Exchange, folders: readonly Folder[]): unknown {
  const start = readOffset(exchange);
  const end = start + exchange.parameters.count("max_results", MAXIMUM_RESULTS, MAXIMUM_RESULTS);
  return {
    folders: folders.slice(start, end),
    next_cursor: end < folders.length ? String(end) : null,
    total_count: folders.length,
  };
}

function createFolder(exchange: Exchange): Answer {
  const { folders } = exchange;
  const path = normalizeFolder(exchange.path.path!);
  if (path === "") throw badRequest("Invalid folder path");
  for (const created of folders.ensure(path)) {
    notifyFolder(exchange, causeOf(exchange), "create_folder", created);
  }
  return { body: { success: true, path, name: lastPart(path) } };
}

function deleteFolder(exchange: Exchange): Answer {
  const { folders } = exchange;
  const path = existingFolder(exchange);
  const subtree = folders.subtree(path);
  if (subtree.some((folder) => holdsAssets(exchange, folder))) {
    throw badRequest("Folder is not empty");
  }
  for (const folder of [...subtree].reverse()) {
    folders.remove(folder);
    notifyFolder(exchange, causeOf(exchange), "delete_folder", folder);
  }
  return { body: { deleted: subtree } };
}

/** Moves a folder with everything in it. Only the folder event tells: the assets inside are silent. */
function renameFolder(exchange: Exchange): Answer {
  const { clock, behavior, assets, folders, parameters } = exchange;
  if (behavior.folder_mode !== "dynamic") {
    throw badRequest("Renaming folders is only available in dynamic folder mode");
  }
  const from = existingFolder(exchange);
  const to = normalizeFolder(parameters.requiredText("to_folder"));
  if (to === "" || to === from || to.startsWith(`${from}/`)) throw badRequest("Invalid to_folder");
  if (folders.has(to)) throw new Failure(409, `Folder ${to} already exists`);
  const now = toSecond(clock.now());
  for (const folder of folders.subtree(from).reverse()) {
    const target = to + folder.slice(from.length);
    folders.ensure(target);
    for (const [, row] of [...assets.byFolder.list(folder.toLowerCase())?.entries() ?? []]) {
      if (row.asset.asset_folder !== folder) continue;
      const { last_updated } = row.asset;
      assets.replace(row, {
        ...row.asset,
        asset_folder: target,
        last_updated: behavior.folder_rename_stamps
          ? { ...last_updated, updated_at: now }
          : last_updated,
      });
    }
    folders.remove(folder);
  }
  notifyFolderRename(exchange, causeOf(exchange), from, to);
  const told = (path: string) => ({ name: lastPart(path), path });
  return { body: { from: told(from), to: told(to) } };
}

/** Folder search knows `name` and `path`, with `:` and `=` and wildcards, or a bare word. */
function searchFolders(exchange: Exchange): Answer {
  const { folders, parameters } = exchange;
  const expression = (parameters.text("expression") ?? "").trim();
  const match = /^(?:(name|path)\s*[:=]\s*)?"?([^"]*)"?$/.exec(expression);
  if (match === null) throw badRequest("Error parsing expression");
  const pattern = wildcardPattern(match[2] || "*");
  const isPath = match[1] === "path";
  const found = folders.list()
    .filter((folder) => pattern.test(isPath ? folder.path : folder.name));
  return { body: folderPage(exchange, found) };
}

function existingFolder({ folders, path }: Exchange): string {
  const folder = normalizeFolder(path.path!);
  if (folder === "" || !folders.has(folder)) {
    throw new Failure(404, `Can't find folder with path ${path.path}`);
  }
  return folder;
}

function holdsAssets({ assets }: Exchange, folder: string): boolean {
  const list = assets.byFolder.list(folder.toLowerCase());
  for (const [, row] of list?.entries() ?? []) {
    if (row.asset.asset_folder === folder) return true;
  }
  return false;
}
