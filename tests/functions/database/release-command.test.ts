/** `deno task release`. */
import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { checkMigrations } from "../../../scripts/check/migration-rules.ts";
import { readRepositoryFiles } from "../../../scripts/check/repository-files.ts";
import { FROZEN_FILE } from "../../../scripts/migration/frozen-migrations.ts";
import { releaseCommand } from "../../../scripts/release/release-command.ts";
import { isLater, versionsOf } from "../../../scripts/release/versions.ts";
import { CommandError } from "../../../scripts/support/command-error.ts";
import { postgresTest } from "../../support/postgres/postgres-test.ts";

const project = new URL("../../../", import.meta.url).pathname;
const COPIED =
  /^supabase\/(schemas|migrations)\/|^supabase\/(config\.toml|frozen-migrations\.json|uninstall\.sql)$|^supabase\/functions\/_shared\/media\/|^(openapi\.json|CHANGELOG\.md)$/;

/** A copy of what a release changes, with something to tell. */
async function withProject(fn: (root: string) => Promise<void>): Promise<void> {
  const root = `${await Deno.makeTempDir({ prefix: "media-sync-release-" })}/`;
  try {
    for (const { path, text } of await readRepositoryFiles(project)) {
      if (!COPIED.test(path)) continue;
      await Deno.mkdir(root + path.replace(/[^/]+$/, ""), { recursive: true });
      await Deno.writeTextFile(root + path, text);
    }
    await Deno.writeTextFile(
      `${root}CHANGELOG.md`,
      "# Changelog\n\n## Unreleased\n\n### Added\n\n- Stars.\n\n## 0.0.9 - 2026-01-01\n\n- Moons.\n",
    );
    await fn(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

async function run(root: string, ...args: string[]) {
  const lines: string[] = [];
  const now = () => new Date("2026-12-24T10:00:00Z");
  const code = await releaseCommand(args, { root, now, print: (line) => lines.push(line) });
  return { code, output: lines.join("\n") };
}

const refused = async (root: string, ...args: string[]) =>
  (await assertRejects(() => run(root, ...args), CommandError)).message;

postgresTest(
  "a later version → everywhere, migrations frozen; the same again → refused",
  async () => {
    await withProject(async (root) => {
      const { code, output } = await run(root, "9.1.0");
      assertEquals(code, 0, output);
      assertMatch(output, /push the tag v9\.1\.0/);
      const files = await readRepositoryFiles(root);
      assertEquals(new Set(versionsOf(files)), new Set(["9.1.0"]));
      assertEquals(checkMigrations(files), []);
      const migrations = files.filter(({ path }) => path.startsWith("supabase/migrations/"));
      const frozen = JSON.parse(files.find(({ path }) => path === FROZEN_FILE)!.text);
      assertEquals(Object.keys(frozen), migrations.map(({ path }) => path).toSorted());
      assertStringIncludes(migrations.at(-1)!.text, "9.1.0");
      assertEquals(
        await Deno.readTextFile(`${root}CHANGELOG.md`),
        "# Changelog\n\n## Unreleased\n\n## 9.1.0 - 2026-12-24\n\n### Added\n\n- Stars.\n\n## 0.0.9 - 2026-01-01\n\n- Moons.\n",
      );
      assertEquals((await run(root, "--notes", "9.1.0")).output, "### Added\n\n- Stars.");
      assertMatch(await refused(root, "9.1.0"), /at 9\.1\.0 already/);
      assertMatch(await refused(root, "9.2.0"), /Nothing stands under "Unreleased"/);
    });
  },
);

Deno.test("no version, an earlier one, an unknown one → refused, and nothing is written", async () => {
  await withProject(async (root) => {
    const before = await readRepositoryFiles(root);
    assertMatch(await refused(root), /Name one version, such as/);
    assertMatch(await refused(root, "v1.0.0"), /Name one version, such as/);
    assertMatch(await refused(root, "1.0.0", "1.1.0"), /Name one version, such as/);
    assertMatch(await refused(root, "0.0.1"), /already; name a later version/);
    assertMatch(await refused(root, "--notes", "0.0.1"), /tells of no version 0\.0\.1/);
    assertMatch((await run(root, "--help")).output, /deno task release/);
    assertEquals((await run(root, "--notes", "0.0.9")).output, "- Moons.");
    assertEquals(await readRepositoryFiles(root), before);
  });
});

Deno.test("database, functions and openapi.json → tell one version", async () => {
  const versions = versionsOf(await readRepositoryFiles(project));
  assertEquals(new Set(versions).size, 1, versions.join(", "));
});

Deno.test("isLater → by major, minor, patch; one with a suffix comes before the one without", () => {
  const order = ["0.1.0-dev", "0.1.0", "0.1.1", "0.2.0-dev", "0.10.0", "1.0.0"];
  for (const [place, first] of order.entries()) {
    for (const [other, second] of order.entries()) {
      assertEquals(isLater(first, second), place > other, `${first} and ${second}`);
    }
  }
});
