import { assertEquals, assertStringIncludes } from "@std/assert";
import { readReport } from "../../../scripts/test/report.ts";
import { BROKER_VARIABLE } from "../../../scripts/support/postgres/broker.ts";

const root = new URL("../../../", import.meta.url);

/** Runs one `postgresTest` in a run whose broker gives this answer. */
async function runWith(answer: unknown) {
  const folder = await Deno.makeTempDir();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
    return Response.json(answer);
  });
  try {
    const module = new URL("tests/support/postgres/postgres-test.ts", root).href;
    await Deno.writeTextFile(
      `${folder}/a.test.ts`,
      `import { postgresTest } from "${module}"; postgresTest("asks", async () => {});`,
    );
    const { success, stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["test", "--allow-all", "--no-check", `--config=${new URL("deno.json", root).pathname}`],
        ...[`--junit-path=${folder}/report.xml`, `${folder}/a.test.ts`],
      ],
      env: { [BROKER_VARIABLE]: `http://127.0.0.1:${server.addr.port}`, NO_COLOR: "1" },
      stderr: "null",
    }).output();
    const counts = readReport(await Deno.readTextFile(`${folder}/report.xml`));
    return { success, counts, output: new TextDecoder().decode(stdout) };
  } finally {
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("postgresTest where there is no PostgreSQL → skipped, saying why", async () => {
  const { counts, output } = await runWith({ unavailable: "PostgreSQL was not found" });
  assertEquals(counts, { passed: 0, failed: 0, skipped: 1 });
  assertStringIncludes(output, "asks (skipped: PostgreSQL was not found)");
});

Deno.test("postgresTest where PostgreSQL does not start → failed, not skipped", async () => {
  const { success, counts } = await runWith({ error: "PostgreSQL did not start" });
  assertEquals(success, false);
  assertEquals(counts.passed, 0);
});
