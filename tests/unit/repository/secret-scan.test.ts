import { assertEquals } from "@std/assert";
import { readRepositoryFiles } from "../../../scripts/check/repository-files.ts";
import { scanForSecrets } from "../../../scripts/check/secret-scan.ts";

const root = new URL("../../../", import.meta.url).pathname;

/** Text that looks random, made at run time so that this file holds nothing that looks like a secret. */
function random(alphabet: string, length: number): string {
  return Array.from({ length }, (_, index) => alphabet[(index * 7 + 3) % alphabet.length]).join("");
}
const letters = "aK9dR2xW7mQ4zT1bV8";
const hex = "0f9b3ad27c61e854";

function scan(text: string, path = "README.md") {
  return scanForSecrets([{ path, text }]);
}

Deno.test("the repository → holds no secret", async () => {
  assertEquals(scanForSecrets(await readRepositoryFiles(root)), []);
});

for (
  const [name, text] of [
    [
      "Cloudinary URL with a secret",
      `cloudinary://${random("1234567890", 15)}:${random(letters, 27)}@cloud`,
    ],
    ["Supabase secret key", `sb_secret_${random(letters, 31)}`],
    ["Supabase access token", `sbp_${random(hex, 40)}`],
    [
      "JSON Web Token",
      `eyJ${random(letters, 20)}.eyJ${random(letters, 40)}.${random(letters, 43)}`,
    ],
    ["private key", `-----BEGIN RSA ${"PRIVATE"} KEY-----`],
    ["private key", `-----BEGIN ${"PRIVATE"} KEY-----`],
    ["AWS access key", `AKIA${random("ABCDEFGHJKLMNPQRST234567", 16)}`],
    ["GitHub token", `ghp_${random(letters, 36)}`],
    [
      "database URL with a password",
      `postgresql://postgres:${random(letters, 16)}@db.example.com/postgres`,
    ],
    [
      "database URL with a password",
      `postgres://postgres:${"hidden-word"}@db.example.com/postgres`,
    ],
    ["value of a secret", `CLOUDINARY_API_SECRET=${random(letters, 27)}`],
    ["value of a secret", `const apiSecret = "${random(letters, 27)}";`],
    [
      "value of a secret",
      `"webhook_key": "${random(letters, 27)}", "password": "${random(hex, 32)}"`,
    ],
  ] as const
) {
  Deno.test(`${text.slice(0, 14)}… → found as ${name}, without repeating it`, () => {
    const findings = scan(`first line\n${text}\n`);
    assertEquals(findings.map(({ line, message }) => ({ line, message })), [
      { line: 2, message: `looks like a ${name}` },
    ]);
    assertEquals(JSON.stringify(findings).includes(text), false);
  });
}

for (
  const text of [
    "cloudinary://<api_key>:<api_secret>@<cloud_name>",
    "cloudinary://${apiKey}:${apiSecret}@${cloudName}?upload_prefix=http://127.0.0.1:1",
    "cloudinary://key:secret@demo",
    "CLOUDINARY_API_SECRET=",
    'const secret = "test-secret-1";',
    'const secret = "another-fake-secret-value-2";',
    "postgres://postgres:postgres@127.0.0.1:5432/postgres",
    "postgres://postgres:${password}@127.0.0.1:${port}/postgres",
    "postgres://someone:hidden-word@127.0.0.1:1/postgres",
    "postgres://someone:hidden-word@${host}/postgres",
    "sb_secret_...",
    "sb_secret_xxxxxxxxxxxxxxxxxxxxxxxx",
    'password: "************************"',
    "const apiKey = createApiKey(settings);",
    "Authorization: Bearer eyJ…",
  ]
) {
  Deno.test(`${text} → obviously no secret`, () => assertEquals(scan(text), []));
}

Deno.test(".env → never in the repository; .env.example → fine", () => {
  assertEquals(scan("A=1", "supabase/functions/.env").length, 1);
  assertEquals(scan("A=1", ".env.local").length, 1);
  assertEquals(scan("A=", ".env.example"), []);
});
