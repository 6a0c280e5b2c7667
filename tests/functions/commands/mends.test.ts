/** Whatever keeps a command from the platform or from a database: each failure names what mends it. */
import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { deployCommand } from "../../../scripts/setup/deploy-command.ts";
import { setupCommand } from "../../../scripts/setup/setup-command.ts";
import { postgresUnavailable } from "../../support/postgres/postgres-test.ts";
import { startPostgres } from "../../../scripts/support/postgres/start-postgres.ts";
import { CommandError } from "../../../scripts/support/command-error.ts";
import { createCliQuery } from "../../../scripts/support/database-query.ts";
import { fakeCli, run } from "./surroundings.ts";

const REF = "abcdefghijklmnopqrst";

const said: [stderr: string, mend: RegExp][] = [
  [
    "Access token not provided. Supply an access token by running supabase login.",
    /Set SUPABASE_ACCESS_TOKEN \(dashboard/,
  ],
  ['unexpected status 401: {"message":"Unauthorized"}', /make a new one/],
  ["Invalid access token format. Must be like `sbp_0102...1920`.", /make a new one/],
  ['unexpected status 403: {"message":"Forbidden resource"}', /may change this project/],
  ['unexpected status 404: {"message":"Project not found"}', /Check the project ref/],
  ['unexpected status 429: {"message":"ThrottlerException: Too Many Requests"}', /Wait a minute/],
  ['unexpected status 402: {"message":"Max number of functions reached"}', /plan takes no more/],
  ['unexpected status 400: {"message":"Project is paused"}', /restore it/],
  ['unexpected status 503: {"message":"Service Unavailable"}', /status\.supabase\.com/],
  ["failed to execute http request: dial tcp: lookup api.supabase.com: no such host", /connection/],
];

for (const [stderr, mend] of said) {
  for (const call of ["functions list", "db query"]) {
    Deno.test(`deploy, where supabase ${call} says ${stderr.slice(0, 60)} → ${mend.source}`, async () => {
      const { runSupabase } = fakeCli({ [call]: { code: 1, stdout: "", stderr } });
      const { code, errors } = await run(deployCommand, [`--project-ref=${REF}`, "--yes"], {
        runSupabase,
      });
      assertEquals(code, 1);
      assertMatch(errors, mend);
      assertStringIncludes(errors, "Nothing was changed.");
    });
  }
}

Deno.test("deploy without Node.js → which program is missing, and not a token", async () => {
  const { code, errors } = await run(deployCommand, [`--project-ref=${REF}`, "--yes"], {
    runSupabase: () =>
      Promise.resolve({ code: 127, stdout: "", stderr: "npx was not found; install Node.js." }),
  });
  assertEquals(code, 1);
  assertStringIncludes(errors, "install Node.js");
  assertStringIncludes(errors, "allow it to fetch the npm package supabase");
  assertEquals(errors.includes("TOKEN"), false, errors);
});

Deno.test("a statement by the CLI without Node.js → what to install", async () => {
  const missing = { code: 127, stdout: "", stderr: "npx was not found; install Node.js." };
  const database = createCliQuery(() => Promise.resolve(missing), REF);
  const { code, message } = await assertRejects(() => database.query("select 1"), CommandError);
  assertEquals(code, "cli_failed");
  assertStringIncludes(message, "allow it to fetch the npm package supabase");
});

const secret = ["hidden", "word"].join("-");
const urls: [what: string, change: (url: URL) => string, mend: RegExp][] = [
  ["a wrong password", (url) => (url.password = secret, url.href), /Check user and password/],
  [
    "an unknown user",
    (url) => (url.username = "postgres.ref", url.href),
    /Check user and password/,
  ],
  ["another database", (url) => (url.pathname = "/nothing", url.href), /end in \/postgres/],
  ["an unknown host", (url) => (url.hostname = "db.nowhere.invalid", url.href), /Check the host/],
  ["a closed port", (url) => (url.port = "1", url.href), /session pooler/],
  ["a # in the password", () => `postgres://postgres:${secret}#a@localhost/postgres`, /%23/],
  ["a % in the password", () => `postgres://postgres:${secret}%zz@localhost/postgres`, /%25/],
  ["another protocol", () => `https://postgres:${secret}@localhost/postgres`, /postgres:\/\//],
];

for (const [what, change, mend] of urls) {
  Deno.test({
    name: `setup --database-url with ${what} → ${mend.source}, and no password`,
    ignore: postgresUnavailable !== undefined,
    async fn() {
      const postgres = await startPostgres();
      try {
        const url = change(new URL(postgres.url));
        const { code, errors } = await run(setupCommand, [
          ...["--only=migrate", "--yes", `--database-url=${url}`],
        ]);
        assertEquals(code, 1);
        assertMatch(errors, mend);
        assertEquals([errors.includes(secret), errors.includes("ACCESS_TOKEN")], [false, false]);
      } finally {
        await postgres.stop();
      }
    },
  });
}

Deno.test({
  name: "setup into a database of the server that is no project's → says so",
  ignore: postgresUnavailable !== undefined,
  async fn() {
    const postgres = await startPostgres();
    try {
      const url = await postgres.createDatabase({ template: "empty" });
      const bare = new URL(url);
      bare.pathname = "/template1";
      const { code, errors } = await run(setupCommand, [
        ...["--only=migrate", "--yes", `--database-url=${bare.href}`],
      ]);
      assertEquals(code, 1);
      assertMatch(errors, /missing: .*the schema auth.*not the database of a Supabase project/);
    } finally {
      await postgres.stop();
    }
  },
});
