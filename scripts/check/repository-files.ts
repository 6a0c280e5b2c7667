/** A text file of the repository. */
export interface RepositoryFile {
  /** Relative to the project's folder, with `/`. */
  path: string;
  text: string;
}

/** What `.gitignore` leaves out, for copies of the project that are no git checkout. */
const IGNORED = /^(\.git|\.local|node_modules|supabase\/\.temp|supabase\/\.branches)$|(^|\/)\.env$/;

/**
 * Reads the text files that are tracked or would be (not ignored). Files with a NUL byte are left out.
 *
 * @param root The project's folder, ending in `/`.
 */
export async function readRepositoryFiles(root: string): Promise<RepositoryFile[]> {
  const paths = await listWithGit(root) ?? await listFolder(root, "");
  const files: RepositoryFile[] = [];
  for (const path of paths.sort()) {
    const bytes = await readIfPresent(root + path);
    if (bytes && !bytes.includes(0)) files.push({ path, text: new TextDecoder().decode(bytes) });
  }
  return files;
}

/** @returns Undefined without git, or outside a checkout. */
async function listWithGit(root: string): Promise<string[] | undefined> {
  try {
    const { success, stdout } = await new Deno.Command("git", {
      args: [
        // A checkout that belongs to another user is only listed here, nothing in it is run.
        ...["-c", `safe.directory=${root.replace(/\/$/, "")}`],
        ...["ls-files", "--cached", "--others", "--exclude-standard", "-z"],
      ],
      cwd: root,
      stderr: "null",
    }).output();
    if (!success) return undefined;
    const paths = new TextDecoder().decode(stdout).split("\0").filter((path) => path !== "");
    return [...new Set(paths)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function listFolder(root: string, folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const entry of Deno.readDir(root + folder)) {
    const path = folder + entry.name;
    if (IGNORED.test(path)) continue;
    if (entry.isDirectory) paths.push(...await listFolder(root, `${path}/`));
    else if (entry.isFile) paths.push(path);
  }
  return paths;
}

/** A tracked file that was deleted is still listed until the deletion is staged. */
async function readIfPresent(path: string): Promise<Uint8Array | undefined> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.IsADirectory) return;
    throw error;
  }
}
