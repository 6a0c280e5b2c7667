/** `deno task setup` on a local stack: the steps that need no hosted platform, webhook and vault. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { NOTIFICATION_TYPES } from "../../../supabase/functions/_shared/cloudinary/notification.ts";
import { createCloudinaryClient } from "../../../supabase/functions/_shared/cloudinary/client.ts";
import { readCloudinaryConfiguration } from "../../../supabase/functions/_shared/cloudinary/configuration.ts";
import type { Stack } from "../../../scripts/local/stack-options.ts";
import { setupCommand } from "../../../scripts/setup/setup-command.ts";
import { control } from "../../support/stack.ts";
import { stackTests } from "../../support/stack-test.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { run, stackSurroundings } from "./surroundings.ts";

let stack: Stack;

const tests = stackTests({ apart: true }, (world) => ({ stack } = world));

/** Every test begins without triggers and without secrets. */
function stackTest(name: string, fn: () => Promise<void>): void {
  tests(name, async () => {
    const client = cloudinary();
    for (const { id } of await triggers()) await client.deleteTrigger(id);
    await stack.sql("select public.media_sync_set_webhook_events('{}')");
    await stack.sql("delete from vault.secrets");
    await control(stack, "PUT /faults", { fail_next: [] });
    await fn();
  });
}

const setup = (...args: string[]) => run(setupCommand, args, stackSurroundings(stack));
const cloudinary = () =>
  createCloudinaryClient(
    readCloudinaryConfiguration((name) =>
      name === "CLOUDINARY_URL" ? stack.info.cloudinary_url : undefined
    ).data!,
  );
const triggers = async () => (await cloudinary().listTriggers()).data;
const address = () => `${stack.info.url}/functions/v1/webhook`;
const remembered = async () => {
  const [row] = await stack.sql<{ events: string[] }>(
    "select webhook_events as events from media_sync.settings",
  );
  return row?.events;
};
const secrets = () =>
  stack.sql("select name, decrypted_secret from vault.decrypted_secrets order by name");

stackTest(
  "--only webhook → a trigger for each event that matters, noted in the project",
  async () => {
    const { code, output, errors } = await setup("--only=webhook", "--yes");
    assertEquals([code, errors], [0, ""]);
    assertStringIncludes(output, `${NOTIFICATION_TYPES.length} events registered`);
    const registered = await triggers();
    assertEquals(
      registered.map(({ event_type }) => event_type).toSorted(),
      NOTIFICATION_TYPES.toSorted(),
    );
    assertEquals([...new Set(registered.map(({ uri }) => uri))], [address()]);
    assertEquals(await remembered(), NOTIFICATION_TYPES.toSorted());
  },
);

stackTest("--only webhook twice → the same triggers, and in place", async () => {
  await setup("--only=webhook", "--yes");
  const before = await triggers();
  const { code, output } = await setup("--only=webhook", "--yes");
  assertEquals(code, 0);
  assertMatch(output, /^in place {2}webhook/);
  assertEquals(await triggers(), before);
});

stackTest("--events all, twice → one trigger, and in place", async () => {
  await setup("--only=webhook", "--events=all", "--yes");
  const { output } = await setup("--only=webhook", "--events=all", "--yes");
  assertMatch(output, /^in place {2}webhook +all events/);
  assertEquals((await triggers()).map(({ event_type }) => event_type), ["all"]);
  assertEquals(await remembered(), ["all"]);
});

stackTest("one trigger of ours is gone → only this one is registered again", async () => {
  await setup("--only=webhook", "--yes");
  const before = await triggers();
  await cloudinary().deleteTrigger(before[0]!.id);
  const { output } = await setup("--only=webhook", "--yes");
  assertMatch(output, /^done {6}webhook +1 event registered/);
  const after = await triggers();
  assertEquals(after.slice(0, -1), before.slice(1));
  assertEquals(after.at(-1)?.event_type, before[0]!.event_type);
});

stackTest("a trigger registered by hand → noted in the project, none added", async () => {
  await cloudinary().createTrigger({ uri: address(), eventType: "all" });
  const { output } = await setup("--only=webhook", "--yes");
  assertMatch(output, /^done {6}webhook +registered already/);
  assertEquals((await triggers()).length, 1);
  assertEquals(await remembered(), ["all"]);
});

stackTest("--remove → our triggers are gone, another project's stay", async () => {
  const other = "https://other.example/functions/v1/webhook";
  await cloudinary().createTrigger({ uri: other, eventType: "all" });
  await setup("--only=webhook", "--yes");
  const { code } = await setup("--remove", "--yes");
  assertEquals(code, 0);
  assertEquals((await triggers()).map(({ uri }) => uri), [other]);
  assertEquals(await remembered(), []);
  const { output } = await setup("--remove", "--yes");
  assertStringIncludes(output, "nothing was registered");
});

stackTest("a change in Cloudinary after --only webhook → its notification arrives", async () => {
  await setup("--only=webhook", "--yes");
  await control(stack, "POST /assets", { assets: [{ public_id: "announced" }], notify: true });
  await waitUntil(
    async () =>
      (await stack.sql("select 1 from public.media_assets where public_id = 'announced'")).length,
    { describe: "the row" },
  );
});

stackTest("30 webhooks of others → exit 1, and that --events all needs one", async () => {
  for (let index = 0; index < 25; index++) {
    const uri = `https://other.example/${index}`;
    await cloudinary().createTrigger({ uri, eventType: "upload" });
  }
  const { code, errors } = await setup("--only=webhook", "--yes");
  assertEquals(code, 1);
  assertMatch(errors, /^webhook: Cloudinary takes 30 webhooks and 25 are registered/);
  assertStringIncludes(errors, "--events all");
  assertEquals((await triggers()).length, 25);
  assertEquals((await setup("--only=webhook", "--events=all", "--yes")).code, 0);
});

stackTest("a key that may not manage webhooks → exit 1, and which role may", async () => {
  await control(stack, "PUT /faults", {
    fail_next: [{ match: "GET /triggers", status: 403, body: { error: { message: "no" } } }],
  });
  const { code, errors } = await setup("--only=webhook", "--yes");
  assertEquals(code, 1);
  assertStringIncludes(errors, "Master admin");
});

stackTest(
  "--only vault → both secrets, jobs scheduled; twice → in place; another key → replaced",
  async () => {
    await stack.sql("select public.unschedule_media_sync()");
    assertMatch((await setup("--only=vault", "--yes")).output, /^done {6}vault/);
    const stored = [
      { name: "media_sync_cron_key", decrypted_secret: stack.info.cron_key },
      { name: "media_sync_project_url", decrypted_secret: stack.info.url },
    ];
    assertEquals(await secrets(), stored);
    assertEquals(await stack.sql("select count(*)::integer as jobs from cron.job"), [{ jobs: 4 }]);
    assertMatch((await setup("--only=vault", "--yes")).output, /^in place {2}vault/);
    await stack.sql(
      `select vault.update_secret(id, 'it''s \\ old') from vault.secrets where name = 'media_sync_cron_key'`,
    );
    const { output } = await setup("--only=vault", "--yes");
    assertMatch(output, /^done {6}vault/);
    assertEquals(await secrets(), stored);
  },
);

stackTest("--remove --only vault → both secrets are gone", async () => {
  await setup("--only=vault", "--yes");
  assertEquals((await setup("--remove", "--only=vault", "--yes")).code, 0);
  assertEquals(await secrets(), []);
});

stackTest("--dry-run → says what it would do, and does nothing", async () => {
  const { code, output } = await setup("--only=webhook,vault", "--dry-run");
  assertEquals(code, 0);
  assertMatch(output, /^would do {2}webhook +no event is registered/m);
  assertMatch(output, /^would do {2}vault +media_sync_project_url is not set/m);
  assertEquals([await triggers(), await secrets()], [[], []]);
});

stackTest("no --yes and nobody to ask → exit 2, nothing done", async () => {
  const { code, errors } = await setup("--only=vault");
  assertEquals(code, 2);
  assertStringIncludes(errors, "--yes");
  assertEquals(await secrets(), []);
});

stackTest("a no on the terminal → exit 1, nothing done; a yes → done", async () => {
  const questions: string[] = [];
  const answer = (yes: boolean) =>
    run(setupCommand, ["--only=vault"], {
      ...stackSurroundings(stack),
      isTerminal: true,
      confirm: (question) => questions.push(question) > 0 && yes,
    });
  assertEquals((await answer(false)).code, 1);
  assertEquals(await secrets(), []);
  assertEquals((await answer(true)).code, 0);
  assertEquals((await secrets()).length, 2);
  assertEquals(questions, ["Set up vault?", "Set up vault?"]);
});

stackTest(
  "a new webhook, on a terminal → the probe is offered; a no leaves it at that",
  async () => {
    const questions: string[] = [];
    const { code, output, errors } = await run(setupCommand, ["--only=webhook,vault"], {
      ...stackSurroundings(stack),
      isTerminal: true,
      confirm: (question) => questions.push(question) === 1,
    });
    assertEquals([code, errors], [0, ""]);
    assertStringIncludes(output, "deno task probe");
    assertStringIncludes(output, "calls of the hourly Admin API quota");
    assertEquals(questions, ["Set up webhook, vault?", "Go on?"]);
    assertEquals((await control(stack, "GET /state?summary=true")).deleted, 0);
  },
);

stackTest("--json → one object; no key in anything said", async () => {
  const { output, errors } = await setup("--only=webhook,vault", "--yes", "--json");
  const { success, steps } = JSON.parse(output);
  assertEquals([success, errors], [true, ""]);
  assertEquals(steps.map(({ step, result }: Record<string, string>) => [step, result]), [
    ["webhook", "done"],
    ["vault", "done"],
  ]);
  const { secret_key, cron_key, cloudinary_url } = stack.info;
  for (const secret of [secret_key, cron_key, new URL(cloudinary_url).password]) {
    assertEquals(output.includes(secret), false);
  }
});

for (
  const [args, says] of [
    [["--only=webhok"], /link, migrate, secrets, functions, webhook, vault; not webhok/],
    [["--remove", "--only=migrate"], /--remove knows webhook and vault, not migrate/],
    [["--events=some"], /each, all/],
  ] as const
) {
  Deno.test(`setup ${args.join(" ")} → exit 2, ${says.source}`, async () => {
    const { code, errors } = await run(setupCommand, [...args]);
    assertEquals(code, 2);
    assertMatch(errors, says);
  });
}
