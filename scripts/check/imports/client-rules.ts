import type { Import } from "./read-imports.ts";

const CLIENT = "supabase/client/";
const CONTRACT = "supabase/functions/_shared/contract/";
/** What of packages may come along with the client: addresses are built by Cloudinary's own library. */
const BUNDLED = /^@cloudinary\/url-gen\//;
const SUPABASE = "@supabase/supabase-js";

/**
 * The client runs in browsers, Deno and Node: it stands on supabase-js, whose client it is given, and takes types alone
 * from the contract. Nothing under `supabase/functions` imports it.
 *
 * @returns what is wrong with an import, if anything is
 */
export function checkClientImport(from: string, imported: Import): string | undefined {
  const { specifier, to, isTypeOnly } = imported;
  if (!from.startsWith(CLIENT)) {
    return from.startsWith("supabase/") && to?.startsWith(CLIENT)
      ? "functions may not import the client"
      : undefined;
  }
  if (to?.startsWith(CLIENT) || BUNDLED.test(specifier)) return undefined;
  if (to?.startsWith(CONTRACT) || specifier === SUPABASE) {
    return isTypeOnly ? undefined : `the client imports types alone from "${specifier}"`;
  }
  return `the client may not import "${specifier}"`;
}

/** Whether a file belongs to the client, which the rules of functions leave alone. */
export function isClient(path: string): boolean {
  return path.startsWith(CLIENT);
}
