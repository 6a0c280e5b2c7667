/** `deno task doctor`: silent about what is well, exact about what is not. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { doctorCommand } from "../../../scripts/doctor/doctor-command.ts";
import type { Finding } from "../../../scripts/doctor/finding.ts";
import type { Stack } from "../../../scripts/local/stack-options.ts";
import { setupCommand } from "../../../scripts/setup/setup-command.ts";
import type { Surroundings } from "../../../scripts/support/command.ts";
import { control, withStack } from "../../support/stack.ts";
import { stackTests } from "../../support/stack-test.ts";
import { fakeCli, run, stackSurroundings } from "./surroundings.ts";

let stack: Stack;

const tests = stackTests({ apart: true }, (world) => ({ stack } = world));

/** Every test begins with an installation that is well. */
function stackTest(name: string, fn: () => Promise<void>): void {
  tests(name, async () => {
    await control(stack, "PUT /faults", { fail_next: [] });
    await stack.sql("select public.schedule_media_sync()");
    const args = ["--only=webhook,vault", "--yes"];
    const { code, errors } = await run(setupCommand, args, stackSurroundings(stack));
    assertEquals([code, errors], [0, ""]);
    await fn();
  });
}

async function examine(
  overrides: Partial<Surroundings> = {},
  on: Stack = stack,
  args = ["--json"],
) {
  const said = await run(doctorCommand, args, { ...stackSurroundings(on), ...overrides });
  const { checks }: { checks: Finding[] } = JSON.parse(said.output);
  return { ...said, problems: checks.filter(({ status }) => status === "problem"), checks };
}

stackTest("an installation that is well → no problem, exit 0", async () => {
  const { code, problems, checks } = await examine();
  assertEquals(problems, []);
  assertEquals(code, 0);
  const found = checks.filter(({ status }) => status === "ok").map(({ check }) => check);
  for (
    const check of [
      "cloudinary",
      "function webhook",
      "function sync",
      "function media-list",
      "secret key",
      "webhook",
      "vault",
      "database",
      "health schedule",
      "health calls",
      "health tick",
    ]
  ) assert(found.includes(check), `${check} is missing in ${found}`);
});

stackTest("open sign-up → a warning and exit 0; viewers assigned → none", async () => {
  const viewers = async () => {
    const { code, checks } = await examine();
    return [code, checks.find(({ check }) => check === "viewers")?.status];
  };
  assertEquals(await viewers(), [0, "warning"]);
  await stack.sql("update media_sync.settings set viewers = 'assigned'");
  assertEquals(await viewers(), [0, "ok"]);
  await stack.sql("update media_sync.settings set viewers = 'authenticated'");
});

stackTest("as text → a line for each check and the verdict; no secret", async () => {
  const { code, output } = await run(doctorCommand, [], stackSurroundings(stack));
  assertEquals(code, 0);
  assertStringIncludes(output, "All is well.");
  assertEquals(output.includes(stack.info.secret_key), false);
  assertEquals(output.includes(new URL(stack.info.cloudinary_url).password), false);
});

const faults: [title: string, cause: () => Promise<unknown>, check: string, mend: string][] = [
  [
    "a webhook is gone",
    async () => {
      await run(setupCommand, ["--remove", "--yes"], stackSurroundings(stack));
      await control(stack, "GET /state?summary=true");
    },
    "webhook",
    "deno task setup --only webhook",
  ],
  [
    "Vault is empty",
    () => stack.sql("delete from vault.secrets"),
    "vault",
    "deno task setup --only vault",
  ],
  [
    "Vault names another project",
    () =>
      stack.sql(
        `select vault.update_secret(id, 'https://other.example') from vault.secrets
         where name = 'media_sync_project_url'`,
      ),
    "vault",
    "deno task setup --only vault",
  ],
  [
    "the jobs are not scheduled",
    () => stack.sql("select public.unschedule_media_sync()"),
    "health schedule",
    "schedule_media_sync()",
  ],
  [
    "Cloudinary refuses the credentials",
    () =>
      control(stack, "PUT /faults", {
        fail_next: [{ match: "GET /ping", status: 401, body: { error: { message: "bad" } } }],
      }),
    "cloudinary",
    "deno task setup --only secrets",
  ],
];
for (const [title, cause, check, mend] of faults) {
  stackTest(`${title} → the problem ${check} with its mend, exit 1`, async () => {
    await cause();
    const { code, problems } = await examine();
    assertEquals(code, 1);
    const found = problems.find((problem) => problem.check === check);
    assert(found, JSON.stringify(problems));
    assertStringIncludes(found.mend ?? "", mend);
  });
}

stackTest(
  "another project's key → one problem about the key, and no call with it shown",
  async () => {
    const environment = { OTHER_KEY: ["some", "other", "key"].join("-") };
    const args = ["--json", "--key-from-env=OTHER_KEY"];
    const { code, output, problems } = await examine({ environment }, stack, args);
    assertEquals(code, 1);
    assertEquals(problems.map(({ check }) => check), ["secret key"]);
    assertEquals(output.includes(environment.OTHER_KEY), false);
  },
);

stackTest(
  "a hosted project without CLI → problems name cli, and what else is well is told",
  async () => {
    const ref = "abcdefghijklmnopqrst";
    const { code, problems, checks } = await examine({
      readStack: () => Promise.resolve(null),
      environment: {
        SUPABASE_URL: stack.info.url,
        SUPABASE_PROJECT_ID: ref,
        SUPABASE_SECRET_KEY: stack.info.secret_key,
        SUPABASE_CRON_KEY: stack.info.cron_key,
        CLOUDINARY_URL: stack.info.cloudinary_url,
      },
    });
    assertEquals(code, 1);
    assertEquals(problems.map(({ check }) => check), ["cli", "secrets"]);
    assert(checks.some(({ check, status }) => check === "vault" && status === "ok"));
  },
);

stackTest(
  "a hosted project with a migration to come → the problem migrate with its mend",
  async () => {
    const [noted] = await stack.sql("delete from media_sync.migrations returning *");
    const { runSupabase } = fakeCli({
      "--version": "3.1.0\n",
    });
    const { problems } = await examine({
      runSupabase,
      readStack: () => Promise.resolve(null),
      environment: {
        SUPABASE_URL: stack.info.url,
        SUPABASE_PROJECT_ID: "abcdefghijklmnopqrst",
        SUPABASE_SECRET_KEY: stack.info.secret_key,
        SUPABASE_CRON_KEY: stack.info.cron_key,
        CLOUDINARY_URL: stack.info.cloudinary_url,
      },
    });
    const migrate = problems.find(({ check }) => check === "migrate");
    await stack.sql(
      "insert into media_sync.migrations select * from jsonb_populate_record(null::media_sync.migrations, $1::text::jsonb)",
      [JSON.stringify(noted)],
    );
    assertStringIncludes(migrate?.mend ?? "", "deno task setup --only migrate");
  },
);

Deno.test("functions that are not deployed → a problem for each, deno task deploy", async () => {
  await withStack({ functionNames: ["webhook"] }, async (partial) => {
    const { code, problems } = await examine({}, partial);
    assertEquals(code, 1);
    for (const name of ["sync", "media-list"]) {
      const found = problems.find(({ check }) => check === `function ${name}`);
      assertEquals(found?.mend, "deno task deploy");
    }
  });
});

stackTest("a stack that was killed → exit 1, how to start it", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${listener.addr.port}`;
  listener.close();
  const { code, output } = await run(doctorCommand, [], {
    readStack: () => Promise.resolve({ ...stack.info, url }),
  });
  assertEquals(code, 1);
  assertStringIncludes(output, "deno task dev");
});

Deno.test("no project named → exit 1, what to set", async () => {
  const { code, errors } = await run(doctorCommand, []);
  assertEquals(code, 1);
  assertStringIncludes(errors, "SUPABASE_URL");
});
