import { resolve } from "node:path";
import type { FunctionBundle } from "./bundle-functions.ts";

/** How the platform is to take the functions: API keys are no JWTs, and the gateway's check would refuse them. */
export function functionBlock(name: string, entrypoint: string): string {
  return `[functions.${name}]\nverify_jwt = false\nentrypoint = "${entrypoint}"\n`;
}

/**
 * Writes bundles into a folder that the Supabase CLI deploys: `supabase/config.toml` and a file a function. The name of
 * the file tells, in the platform's list of functions, whose they are.
 *
 * @param folder Made if it is missing; `supabase/functions` in it is replaced.
 */
export async function writeDeployment(
  folder: string,
  bundles: readonly FunctionBundle[],
): Promise<void> {
  const supabase = `${resolve(folder)}/supabase`;
  await Deno.remove(`${supabase}/functions`, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  for (const { name, text } of bundles) {
    await Deno.mkdir(`${supabase}/functions/${name}`, { recursive: true });
    await Deno.writeTextFile(`${supabase}/functions/${name}/${BUNDLE_FILE}`, text);
    await Deno.writeTextFile(`${supabase}/functions/${name}/deno.json`, "{}\n");
  }
  const blocks = bundles.map(({ name }) =>
    functionBlock(name, `./functions/${name}/${BUNDLE_FILE}`)
  );
  const config = ['project_id = "media-sync"\n', ...blocks].join("\n");
  await Deno.writeTextFile(`${supabase}/config.toml`, config);
}

/** The file in which a bundle is deployed. */
export const BUNDLE_FILE = "media-sync.js";
