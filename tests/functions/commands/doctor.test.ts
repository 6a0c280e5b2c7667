/** `deno task doctor`: silent about what is well, exact about what is not. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { doctorCommand } from "../../../scripts/doctor/doctor-command.ts";
import type { Finding } from "../../../scripts/doctor/finding.ts";
import type { Stack } from "../../../scripts/local/stack-options.ts";
import { setupCommand } from "../../../scripts/setup/setup-command.ts";
import type { Surroundings } from "../../../scripts/support/command.ts";
import { CommandError } from "../../../scripts/support/command-error.ts";
import { control, createClient, syncUntilCompleted, withStack } from "../../support/stack.ts";
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
      "health live_updates",
      "health requests",
      "versions",
      "webhook signature",
      "clock",
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

const curable: [title: string, cause: () => Promise<unknown>, check: string][] = [
  [
    "a webhook is gone",
    () => run(setupCommand, ["--remove", "--yes"], stackSurroundings(stack)),
    "webhook",
  ],
  ["Vault is empty", () => stack.sql("delete from vault.secrets"), "vault"],
  [
    "somebody took the jobs away",
    () => stack.sql("select public.unschedule_media_sync()"),
    "health schedule",
  ],
  [
    "a job is switched off",
    () => stack.sql("update cron.job set active = false where jobname = 'media-sync-tick'"),
    "health schedule",
  ],
  [
    "the policies of live updates are gone",
    () => stack.sql('drop policy "Nobody sends changes of media assets" on realtime.messages'),
    "health live_updates",
  ],
  [
    "all rows are gone",
    async () => {
      await control(stack, "POST /assets", { count: 3, seed: 1 });
      const client = createClient(stack);
      await syncUntilCompleted(client);
      await stack.sql("delete from public.media_assets");
    },
    "health loss",
  ],
];
for (const [title, cause, check] of curable) {
  stackTest(`${title} → --fix runs what cures it, looks again and finds all well`, async () => {
    await cause();
    const before = await examine();
    assert(before.problems.some((problem) => problem.check === check), before.output);
    const asked: string[] = [];
    const { code, output } = await run(doctorCommand, ["--fix"], {
      ...stackSurroundings(stack),
      isTerminal: true,
      confirm: (question) => {
        asked.push(question);
        return !question.startsWith("viewers");
      },
    });
    assertStringIncludes(output, "All is well.");
    assertEquals(code, 0);
    const problems = before.problems.map(({ fix }) => fix);
    assertEquals(asked.length, new Set(problems).size + 1, asked.join("; "));
  });
}

stackTest("--fix, and everything declined → nothing is changed, exit 1", async () => {
  await stack.sql("delete from vault.secrets");
  const { code, output } = await run(doctorCommand, ["--fix"], {
    ...stackSurroundings(stack),
    isTerminal: true,
    confirm: () => false,
  });
  assertEquals(code, 1);
  assertStringIncludes(output, "declined  deno task setup --only vault");
  assertEquals(await stack.sql("select from vault.secrets"), []);
});

stackTest(
  "--fix where nobody can be asked → exit 2, add --yes; with it problems are cured, warnings stay",
  async () => {
    await stack.sql("delete from vault.secrets");
    const { code, errors } = await run(doctorCommand, ["--fix"], stackSurroundings(stack));
    assertEquals(code, 2);
    assertStringIncludes(errors, "--yes");
    const cured = await examine({}, stack, ["--fix", "--yes", "--json"]);
    assertEquals([cured.code, cured.problems], [0, []]);
    assertEquals(cured.checks.find(({ check }) => check === "viewers")?.status, "warning");
  },
);

stackTest("a fix that fails → says why, exit 1", async () => {
  await stack.sql("delete from vault.secrets");
  const { code, output } = await run(doctorCommand, ["--fix", "--yes"], {
    ...stackSurroundings(stack),
    database: {
      query: (text, parameters) =>
        /create_secret/.test(text)
          ? Promise.reject(new CommandError("database_failed", "The disk is full."))
          : stack.sql(text, parameters),
    },
  });
  assertEquals(code, 1);
  assertStringIncludes(output, "failed    deno task setup --only vault  The disk is full.");
});

stackTest(
  "this environment signs with another secret than the functions → the problem, and its mend",
  async () => {
    const url = new URL(stack.info.cloudinary_url);
    url.password = ["not", "the", "secret"].join("-");
    const { problems } = await examine({
      readStack: () => Promise.resolve({ ...stack.info, cloudinary_url: url.href }),
    });
    const found = problems.find(({ check }) => check === "webhook signature");
    assertStringIncludes(found?.mend ?? "", "deno task setup --only secrets");
    assertEquals(JSON.stringify(problems).includes(url.password), false);
  },
);

stackTest(
  "a key that Cloudinary signs with and this environment lacks → a warning that names it",
  async () => {
    await stack.sql(
      "insert into media_sync.webhook_events (dedup_key, notification_type, body, signature_key) values ('k', 'upload', '{}', '987654')",
    );
    const { code, checks } = await examine();
    const found = checks.find(({ check }) => check === "webhook signature");
    assertEquals([code, found?.status], [0, "warning"]);
    assertStringIncludes(found?.message ?? "", "987654");
    await stack.sql("delete from media_sync.webhook_events");
  },
);

stackTest(
  "functions of another version than the database → the problem versions, deno task deploy",
  async () => {
    const [{ source } = { source: "" }] = await stack.sql<{ source: string }>(
      "select pg_get_functiondef('media_sync.version()'::regprocedure) as source",
    );
    await stack.sql(source.replace(/'\d[^']*'/, "'9.0.0'"));
    try {
      const { problems } = await examine();
      assertEquals(problems.map(({ check, mend }) => [check, mend]), [[
        "versions",
        "deno task deploy",
      ]]);
    } finally {
      await stack.sql(source);
    }
  },
);

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
    const folder = `${await Deno.makeTempDir()}/`;
    const first = "20261101000000_media_sync.sql";
    const shipped = new URL(`../../../supabase/migrations/${first}`, import.meta.url);
    await Deno.copyFile(shipped, folder + first);
    await Deno.writeTextFile(`${folder}29990101000000_later.sql`, "select 1;\n");
    const { runSupabase } = fakeCli({
      "--version": "3.1.0\n",
    });
    const { problems } = await examine({
      runSupabase,
      migrations: new URL(`file://${folder}`),
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
    await Deno.remove(folder, { recursive: true });
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
