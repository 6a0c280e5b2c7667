import { DATABASE_VERSION } from "../../supabase/functions/_shared/media/database-version.ts";
import type { FunctionBundle } from "../bundle/bundle-functions.ts";
import { UNINSTALL_FILE } from "../migration/uninstall-sql.ts";

const root = new URL("../../", import.meta.url);

/**
 * The files of ours in a project's folder, by their paths below `supabase/`. Everything that is large stands in a folder of
 * ours; the project's own `_shared` is left alone.
 *
 * @param migrations Paths of the migrations of ours, for the note.
 */
export async function planFiles(
  bundles: readonly FunctionBundle[],
  migrations: readonly string[],
): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const { name, text } of bundles) {
    files.set(`functions/_media_sync/${name}.js`, text);
    files.set(
      `functions/${name}/index.ts`,
      `// Media Sync ${DATABASE_VERSION}. Replaced by deno task setup --into; the code is made of one file.\n` +
        `export { default } from "../_media_sync/${name}.js";\n`,
    );
    files.set(`functions/${name}/deno.json`, "{}\n");
  }
  files.set("functions/_media_sync/uninstall.sql", await read(UNINSTALL_FILE));
  files.set("functions/.env.media-sync.example", await read(".env.example"));
  files.set("MEDIA_SYNC.md", note([...files.keys()], migrations));
  return files;
}

async function read(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(path, root));
}

/** What was added and what is to be typed next, for whoever finds it in the folder. */
function note(files: readonly string[], migrations: readonly string[]): string {
  const listed = [...migrations, ...files].sort().map((path) => `- \`${path}\``).join("\n");
  return `# Media Sync in this project

Media Sync ${DATABASE_VERSION} keeps a Cloudinary media library and the table \`media_assets\` in step. Its setup added to this folder:

${listed}
- \`functions/_media_sync/manifest.json\`, by which a later version and the way out know these files
- in \`config.toml\`, at the end, the blocks of the three functions

Nothing else was changed. The functions are one file each, made of Media Sync's sources; a later version replaces them.

## Next

\`\`\`sh
supabase db push                                       # the migration; it refuses where a name is taken
supabase secrets set --env-file <a file made of functions/.env.media-sync.example>
supabase functions deploy media-list sync webhook
\`\`\`

Then, in Media Sync's own folder, with SUPABASE_SECRET_KEY, SUPABASE_CRON_KEY and the Cloudinary variables in the environment:

\`\`\`sh
npx -y deno task setup --project-ref <ref> --only webhook,vault    # tells Cloudinary and the jobs where to call
npx -y deno task doctor
\`\`\`

Where \`supabase db push\` says that migrations of the remote database are missing here, fetch those first; do not mark them as
reverted. Where it says that a migration here is older than the newest one there, add \`--include-all\`.

## Later versions, and out again

\`npx -y deno task setup --into <this folder>\` brings a later version; \`npx -y deno task uninstall --from <this folder>\` takes the
files away and adds a migration that takes Media Sync out of the database. By hand: \`functions/_media_sync/uninstall.sql\`.
`;
}
