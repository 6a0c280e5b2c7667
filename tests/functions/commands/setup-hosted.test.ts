/** The steps that only a hosted project has, by what they have the Supabase CLI do. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { deployCommand } from "../../../scripts/setup/deploy-command.ts";
import { setupCommand } from "../../../scripts/setup/setup-command.ts";
import { fakeCli, run } from "./surroundings.ts";

const REF = "abcdefghijklmnopqrst";
const SECRET = ["hidden", "word"].join("-");
const environment = {
  CLOUDINARY_CLOUD_NAME: "cloud",
  CLOUDINARY_API_KEY: "111222333",
  CLOUDINARY_API_SECRET: SECRET,
};
const failing = (stderr: string) => ({ code: 1, stdout: "", stderr });

async function digest(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

Deno.test("setup --only link → supabase link; linked already → nothing", async () => {
  const cli = fakeCli({});
  const args = [`--project-ref=${REF}`, "--only=link", "--yes"];
  assertEquals((await run(setupCommand, args, cli)).code, 0);
  assertEquals(cli.calls.map(({ args }) => args), [["link", `--project-ref=${REF}`, "--yes"]]);

  const again = fakeCli({});
  const linked = { ...again, readLinkedRef: () => Promise.resolve(REF) };
  const { output } = await run(setupCommand, args, linked);
  assertMatch(output, /^in place {2}link/);
  assertEquals(again.calls, []);
});

Deno.test("setup --only secrets → from a private file that is gone afterwards", async () => {
  const cli = fakeCli({ "secrets list": "[]" });
  const args = [`--project-ref=${REF}`, "--only=secrets", "--yes"];
  const { code, output, errors } = await run(setupCommand, args, { ...cli, environment });
  assertEquals([code, errors], [0, ""]);
  const [list, set] = cli.calls.filter(({ args }) => args[0] === "secrets");
  assertEquals(list?.args, ["secrets", "list", `--remote=${REF}`, "-o", "json", "--agent=no"]);
  assertEquals(set?.args, ["secrets", "set", `--remote=${REF}`, "--env-file", "FILE", "--yes"]);
  assertEquals(
    set?.file?.text,
    `CLOUDINARY_CLOUD_NAME='cloud'\nCLOUDINARY_API_KEY='111222333'\nCLOUDINARY_API_SECRET='${SECRET}'\n`,
  );
  if (Deno.build.os !== "windows") assertEquals(set?.file?.mode, 0o600);
  const left = await Deno.stat(set!.file!.path).catch((error) => error.name);
  assertEquals(left, "NotFound");
  assertEquals(output.includes(SECRET), false);
});

Deno.test("setup --only secrets that are set so → in place; one differs → set, and which", async () => {
  const args = [`--project-ref=${REF}`, "--only=secrets", "--yes"];
  const listed = await Promise.all(
    Object.entries(environment).map(async ([name, value]) => ({
      name,
      value: await digest(value),
    })),
  );
  const same = fakeCli({ "secrets list": JSON.stringify(listed) });
  const { output } = await run(setupCommand, args, { ...same, environment });
  assertMatch(output, /^in place {2}secrets/);
  assertEquals(same.calls.length, 1);

  const changed = { ...environment, CLOUDINARY_API_SECRET: "another-word" };
  const other = fakeCli({ "secrets list": JSON.stringify(listed) });
  const dry = await run(setupCommand, [...args, "--dry-run"], { ...other, environment: changed });
  assertStringIncludes(dry.output, "other than here: CLOUDINARY_API_SECRET");
  assertEquals(other.calls.length, 1);
});

Deno.test("setup --only secrets, the CLI fails → the file is gone, its words without the secret", async () => {
  const cli = fakeCli({ "secrets list": "[]", "secrets set": failing(`refused ${SECRET}`) });
  const args = [`--project-ref=${REF}`, "--only=secrets", "--yes"];
  const { code, errors } = await run(setupCommand, args, { ...cli, environment });
  assertEquals(code, 1);
  assertStringIncludes(errors, "SUPABASE_ACCESS_TOKEN");
  assertEquals(errors.includes(SECRET), false);
  const left = await Deno.stat(cli.calls.at(-1)!.file!.path).catch((error) => error.name);
  assertEquals(left, "NotFound");
});

Deno.test("setup --only secrets without credentials → exit 1, their names, no call", async () => {
  const cli = fakeCli({});
  const args = [`--project-ref=${REF}`, "--only=secrets", "--yes"];
  const { code, errors } = await run(setupCommand, args, cli);
  assertEquals(code, 1);
  assertStringIncludes(errors, "CLOUDINARY_API_SECRET");
  assertEquals(cli.calls, []);
});

Deno.test("deploy without a project → exit 1, and the flag that names one", async () => {
  const { code, errors } = await run(deployCommand, ["--yes"], fakeCli({}));
  assertEquals(code, 1);
  assertStringIncludes(errors, "--project-ref");
});

Deno.test("setup --only vault on a hosted project → SQL from a private file, both secrets in it", async () => {
  const cli = fakeCli({ "db query": "[]" });
  const key = ["cron", "key", "it's", "\\"].join("-");
  const { code, output } = await run(
    setupCommand,
    [`--project-ref=${REF}`, "--only=vault", "--yes"],
    { ...cli, environment: { SUPABASE_SECRET_KEY: "secret key", SUPABASE_CRON_KEY: key } },
  );
  assertEquals(code, 0);
  const [url, cron] = cli.calls.filter(({ file }) => file?.text.includes("vault.create_secret"));
  const query = ["db", "query", `--remote=${REF}`, "--file", "FILE", "-o", "json", "--agent=no"];
  assertEquals(url?.args, [...query, "--yes"]);
  assertStringIncludes(url!.file!.text, `E'https://${REF}.supabase.co'`);
  assertStringIncludes(cron!.file!.text, "E'cron-key-it''s-\\\\'");
  if (Deno.build.os !== "windows") assertEquals(cron?.file?.mode, 0o600);
  assertEquals(output.includes(key), false);
});

Deno.test("SUPABASE_URL of another project than --project-ref → exit 1, both named, no call", async () => {
  const cli = fakeCli({});
  const { code, errors } = await run(
    setupCommand,
    [`--project-ref=${REF}`, "--only=vault", "--yes"],
    {
      ...cli,
      environment: {
        SUPABASE_URL: "https://tsrqponmlkjihgfedcba.supabase.co",
        SUPABASE_SECRET_KEY: "k",
      },
    },
  );
  assertEquals(code, 1);
  assertStringIncludes(errors, "tsrqponmlkjihgfedcba");
  assertEquals(cli.calls, []);
});
