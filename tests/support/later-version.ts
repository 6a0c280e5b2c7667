/** This project as it is now, released, and a later version of it, in a folder of its own. */
import { assert, assertEquals } from "@std/assert";
import { readRepositoryFiles } from "../../scripts/check/repository-files.ts";
import { FROZEN_FILE } from "../../scripts/migration/frozen-migrations.ts";
import { migrationCommand } from "../../scripts/migration/migration-command.ts";

/** A policy that the later version adds. */
export const LATER_POLICY = "Editors read the log of their assets";

/** How the later version changes the schema files: what stands there → what comes in its place. */
const CHANGES: [before: string, after: string][] = [
  // A column.
  [
    "create table public.media_assets (\n",
    "create table public.media_assets (\n    later_note text not null default 'none',\n",
  ],
  [
    "comment on table public.media_assets is ",
    "comment on column public.media_assets.later_note is 'A note.';\ncomment on table public.media_assets is ",
  ],
  // Another body of media_sync.health_time().
  ["'YYYY-MM-DD HH24:MI'", "'YYYY-MM-DD HH24:MI:SS'"],
  [
    'create policy "Admins read the log"\n',
    `create policy "${LATER_POLICY}"
    on public.media_sync_log for select to authenticated
    using (media_asset_id is not null and (select media_sync.is_editor()));
create policy "Admins read the log"\n`,
  ],
];

const COPIED = /^supabase\/(migrations|schemas)\/|^supabase\/config\.toml$/;

/** A copy of what makes the database: migrations, schemas, and the CLI's configuration. */
export interface ReleasedProject {
  /** Holds `supabase/`; ends in `/`. */
  folder: string;
  migrations: URL;
  /**
   * The later version comes in, by `deno task migration`: a column of media_assets, another media_sync.health_time(), and
   * {@linkcode LATER_POLICY}.
   */
  addLaterVersion(): Promise<void>;
  remove(): Promise<void>;
}

/** The later version's migration; generating it takes a while, and it is the same for everybody. */
let later: Promise<string> | undefined;

/** Copies the project as it is, and releases it. */
export async function releasePresent(): Promise<ReleasedProject> {
  const folder = await copyProject();
  const migrations = new URL(`file://${folder}supabase/migrations/`);
  return {
    folder,
    migrations,
    async addLaterVersion() {
      // A version of its own, so that it is the last one.
      const file = new URL("29990101000000_later.sql", migrations);
      await Deno.writeTextFile(file, await (later ??= makeLaterMigration()));
    },
    remove: () => Deno.remove(folder, { recursive: true }),
  };
}

/** What a maintainer does: edit the schemas, run the task, and find nothing missed. */
async function makeLaterMigration(): Promise<string> {
  const folder = await copyProject();
  try {
    const schemas = (await readRepositoryFiles(folder)).filter(({ path }) =>
      path.startsWith("supabase/schemas/")
    );
    for (const [before, after] of CHANGES) {
      const changed = schemas.filter(({ text }) => text.includes(before));
      assertEquals(changed.length, 1, `files with ${before}`);
      const file = changed[0]!;
      file.text = file.text.replace(before, () => after);
      await Deno.writeTextFile(folder + file.path, file.text);
    }
    await runMigration(folder, "later");
    const files = await readRepositoryFiles(folder);
    const migration = files.find(({ path }) => path.endsWith("_later.sql"));
    assert(migration, "no migration was written");
    return migration.text;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** @returns The copy's folder, whose migrations are released. */
async function copyProject(): Promise<string> {
  const root = new URL("../../", import.meta.url).pathname;
  const folder = `${await Deno.makeTempDir()}/`;
  for (const { path, text } of await readRepositoryFiles(root)) {
    if (path !== FROZEN_FILE && !COPIED.test(path)) continue;
    await Deno.mkdir(folder + path.replace(/[^/]+$/, ""), { recursive: true });
    await Deno.writeTextFile(folder + path, text);
  }
  await runMigration(folder, "--freeze");
  return folder;
}

async function runMigration(root: string, argument: string): Promise<void> {
  const said: string[] = [];
  const code = await migrationCommand([argument], { root, print: (line) => said.push(line) });
  assertEquals(code, 0, said.join("\n"));
}
