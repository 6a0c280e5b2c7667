import type { Import } from "./read-imports.ts";

const APP = "scripts/console/app/";
const CLIENT = "supabase/client/mod.ts";

/** The app's folders from the bottom up; its own files ("") put everything together. */
const LAYERS: readonly (readonly string[])[] = [
  ["texts"],
  ["state"],
  ["components"],
  ["views", "picker"],
  [""],
];

/** What the console is made of besides. */
const PACKAGES =
  /^(preact(\/hooks)?|@preact\/signals|@tanstack\/virtual-core|uplot|@supabase\/supabase-js)$/;

/**
 * The console is an app like any other: it stands on the typed client and a few packages, and nothing else of ours. Each of
 * its folders imports from those below.
 *
 * @returns what is wrong with an import, if anything is
 */
export function checkConsoleImport(from: string, { to, specifier }: Import): string | undefined {
  if (!from.startsWith(APP)) {
    return to?.startsWith(APP) && !from.startsWith("tests/")
      ? "the console's app is built, not imported"
      : undefined;
  }
  if (to === undefined) {
    return PACKAGES.test(specifier) ? undefined : `the console may not import "${specifier}"`;
  }
  if (!to.startsWith(APP)) {
    return to === CLIENT ? undefined : `the console knows the client alone, not "${specifier}"`;
  }
  const [source, target] = [folderOf(from), folderOf(to)];
  if (source === target) return undefined;
  const [above, below] = [rankOf(source), rankOf(target)];
  if (above < 0 || below < 0) {
    return `${APP}${above < 0 ? source : target} has no place among the console's layers`;
  }
  return above > below ? undefined : `${source} does not stand above ${target || "its own files"}`;
}

function folderOf(path: string): string {
  const rest = path.slice(APP.length);
  return rest.includes("/") ? rest.slice(0, rest.indexOf("/")) : "";
}

function rankOf(folder: string): number {
  return LAYERS.findIndex((layer) => layer.includes(folder));
}
