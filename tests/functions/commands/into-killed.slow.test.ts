/** setup --into and uninstall --from as processes that are really killed at each file they write; then run again. */
import { assert, assertEquals } from "@std/assert";
import { setupCommand } from "../../../scripts/setup/setup-command.ts";
import { uninstallCommand } from "../../../scripts/uninstall/uninstall-command.ts";
import { killPoints, startKilled } from "../../support/kill-everywhere.ts";
import { releasePresent } from "../../support/later-version.ts";
import { run } from "./surroundings.ts";

/** With a migration later than any clock, so that ours have the same numbers in every run. */
const OWN_FILES: Record<string, string> = {
  "config.toml": '# Ours.\nproject_id = "orders"',
  "migrations/20991231000000_theirs.sql": "select 1;\n",
  "functions/orders/index.ts": "// theirs\n",
};

async function withFolder<Result>(fn: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(OWN_FILES)) {
      const path = `${folder}/supabase/${name}`;
      await Deno.mkdir(path.replace(/[^/]+$/, ""), { recursive: true });
      await Deno.writeTextFile(path, text);
    }
    return await fn(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Every file with its text, and every folder. */
async function readTree(folder: string): Promise<string[]> {
  const found: string[] = [];
  const walk = async (below: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(`${folder}/${below}`)) {
      const path = `${below}${name}`;
      if (isDirectory) {
        found.push(`${path}/`);
        await walk(`${path}/`);
      } else found.push(`${path}: ${await Deno.readTextFile(`${folder}/${path}`)}`);
    }
  };
  await walk("");
  return found.sort();
}

interface Task {
  args(folder: string): string[];
  prepare?(folder: string): Promise<void>;
  migrations?: URL;
}

async function killEverywhere(t: Deno.TestContext, { args, prepare, migrations }: Task) {
  const killable = (folder: string) => ({
    args: args(folder),
    run: { folder, ...migrations && { migrations: migrations.href } },
  });
  const { whole, expected } = await withFolder(async (folder) => {
    await prepare?.(folder);
    const whole = await startKilled(killable(folder));
    return { whole, expected: await readTree(folder) };
  });
  assert(whole.acts.length >= 4, whole.acts.join("\n"));
  for (const point of killPoints(whole)) {
    await t.step(point.where, () =>
      withFolder(async (folder) => {
        await prepare?.(folder);
        const ended = await startKilled(killable(folder), point);
        if (point.signal === "SIGKILL") assertEquals(ended.signal, "SIGKILL", ended.said);
        else if (ended.code !== 0) assertEquals(ended.code, 130, ended.said);
        const again = await startKilled(killable(folder));
        assertEquals(again.code, 0, again.said);
        assertEquals(await readTree(folder), expected);
      }));
  }
}

async function install(folder: string, migrations?: URL): Promise<void> {
  const args = [`--into=${folder}`, "--yes"];
  const { code, errors } = await run(setupCommand, args, { ...migrations && { migrations } });
  assertEquals([code, errors], [0, ""]);
}

Deno.test("setup --into, ended at each file, and again → as if undisturbed", (t) =>
  killEverywhere(t, { args: (folder) => ["setup", `--into=${folder}`, "--yes"] }));

Deno.test("uninstall --from, ended at each file, and again → as if undisturbed", (t) =>
  killEverywhere(t, {
    args: (folder) => ["uninstall", `--from=${folder}`, "--yes"],
    prepare: install,
  }));

Deno.test("setup --into of a later version, ended at each file, and again → as if undisturbed", async (t) => {
  const [project, later] = [await releasePresent(), await releasePresent()];
  try {
    await later.addLaterVersion();
    await killEverywhere(t, {
      args: (folder) => ["setup", `--into=${folder}`, "--yes"],
      migrations: later.migrations,
      prepare: (folder) => install(folder, project.migrations),
    });
  } finally {
    await project.remove();
    await later.remove();
  }
});

Deno.test("setup --into ended at each file, then uninstall --from → the folder as it was, but for migrations", async (t) => {
  const killable = (folder: string) => ({
    args: ["setup", `--into=${folder}`, "--yes"],
    run: { folder },
  });
  const whole = await withFolder((folder) => startKilled(killable(folder)));
  for (const point of killPoints(whole, ["SIGKILL"])) {
    await t.step(point.where, () =>
      withFolder(async (folder) => {
        const before = await readTree(folder);
        await startKilled(killable(folder), point);
        const { code, errors } = await run(uninstallCommand, [`--from=${folder}`, "--yes"]);
        assertEquals([code, errors], [0, ""]);
        const left = (await readTree(folder)).filter((line) =>
          !/^supabase\/migrations\/\d+_media_sync(_uninstall)?\.sql: /.test(line)
        );
        assertEquals(left, before);
      }));
  }
});
