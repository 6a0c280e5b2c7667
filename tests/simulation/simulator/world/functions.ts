/** The unmodified functions, in this process. */
/** A function's entry point. */
export type FunctionHandler = (request: Request) => Promise<Response>;

/** The functions by name. */
export type Functions = ReadonlyMap<string, FunctionHandler>;

/** The functions' names. */
export const FUNCTION_NAMES = ["media-list", "sync", "webhook"] as const;

/**
 * Loads the functions.
 *
 * @param folder Where `<name>/index.ts` are: `supabase/functions`, or a copy of it.
 */
export async function loadFunctions(folder: URL): Promise<Functions> {
  const loaded = new Map<string, FunctionHandler>();
  for (const name of FUNCTION_NAMES) {
    const module = await import(new URL(`${name}/index.ts`, folder).href);
    loaded.set(name, module.default.fetch);
  }
  // An isolate asks the database for its version once. It has done so before the first run, lest that be another than
  // those that follow.
  const { requireDatabaseVersion, DATABASE_VERSION } = await import(
    new URL("_shared/media/database-version.ts", folder).href
  );
  const answer = { data: DATABASE_VERSION, error: null, status: 200 };
  await requireDatabaseVersion({ rpc: () => Promise.resolve(answer) }, "sync");
  return loaded;
}
