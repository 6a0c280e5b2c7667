import { CommandError } from "../support/command-error.ts";

const root = new URL("../../", import.meta.url);
/** What the client or its types are made of, or its tests run with. */
const PACKAGES = ["@cloudinary/url-gen", "@supabase/supabase-js", "zod"];

/** What is built. */
export interface WorkspaceOptions {
  /** A name for its folder, which is not deleted between builds: filling it takes seconds. */
  name?: string;
  /** Packages of the import map. */
  packages?: readonly string[];
}

/**
 * Lays the client's dependencies, or other packages, into a `node_modules`, where bundlers and TypeScript look for them:
 * in the versions that the import map pins and the lock file knows.
 *
 * @returns The folder of that `node_modules`, ending in `/`.
 * @throws CommandError `install_failed`
 */
export async function prepareWorkspace(
  { name: folder = "client-build", packages = PACKAGES }: WorkspaceOptions = {},
): Promise<string> {
  const workspace = new URL(`.local/${folder}/`, root);
  const { imports } = JSON.parse(
    await Deno.readTextFile(new URL("import_map.json", root)),
  ) as { imports: Record<string, string> };
  const dependencies = Object.fromEntries(packages.map((name) => {
    const target = imports[name] ?? imports[`${name}/`] ?? "";
    return [name, target.replace(/^npm:\/?/, "").replace(/\/$/, "").slice(name.length + 1)];
  }));
  const manifest = JSON.stringify({ private: true, type: "module", dependencies });
  if (!await isReady(workspace, manifest)) await install(workspace, manifest);
  return new URL("node_modules/", workspace).pathname;
}

async function isReady(workspace: URL, manifest: string): Promise<boolean> {
  return await readIfPresent(new URL("package.json", workspace)) === manifest &&
    await exists(new URL("node_modules/", workspace));
}

/** Two may do it at once: whoever finds the folder finds all of it, and it stays there for who found it first. */
async function install(workspace: URL, manifest: string): Promise<void> {
  const partial = new URL(`${workspace.href.slice(0, -1)}.${crypto.randomUUID()}/`);
  await Deno.mkdir(partial, { recursive: true });
  try {
    await fill(partial, manifest);
    if (await isReady(workspace, manifest)) return;
    await removeIfPresent(workspace);
    await Deno.rename(partial, workspace);
  } catch (error) {
    if (!await isReady(workspace, manifest)) throw error;
  } finally {
    await removeIfPresent(partial);
  }
}

async function fill(workspace: URL, manifest: string): Promise<void> {
  await Deno.writeTextFile(new URL("deno.json", workspace), '{ "nodeModulesDir": "auto" }');
  // Also what these packages need themselves comes in the versions, and with the hashes, that are known.
  await Deno.copyFile(new URL("deno.lock", root), new URL("deno.lock", workspace));
  await Deno.writeTextFile(new URL("package.json", workspace), manifest);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--quiet"],
    cwd: workspace.pathname,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
  }).output();
  if (success) return;
  const said = new TextDecoder().decode(stderr).trim();
  throw new CommandError(
    "install_failed",
    `The dependencies could not be installed.\n${said}`,
  );
}

async function removeIfPresent(folder: URL): Promise<void> {
  try {
    await Deno.remove(folder, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function readIfPresent(file: URL): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function exists(folder: URL): Promise<boolean> {
  try {
    return (await Deno.stat(folder)).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
