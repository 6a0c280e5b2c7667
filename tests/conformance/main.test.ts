import { assert, assertEquals } from "@std/assert";

const MAIN = new URL("../../scripts/cloudinary-emulator/mod.ts", import.meta.url).pathname;

const SECRET = "made-for-this-test";

/** Starts the emulator as a process of its own. */
function start(args: string[], env: Record<string, string> = {}): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", MAIN, ...args],
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
}

/** Reads the process's first line. */
async function firstLine(process: Deno.ChildProcess): Promise<string> {
  let text = "";
  for await (const piece of process.stdout.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (text.includes("\n")) break;
  }
  return text.split("\n")[0] ?? "";
}

for (const way of ["SIGTERM", "SIGINT", "end of input"] as const) {
  Deno.test(`the process → prints READY, answers, ends with 0 on ${way}`, async () => {
    const process = start(["--assets", "5", "--cloud-name", "other"], {
      EMULATOR_API_KEY: "1234",
      EMULATOR_API_SECRET: SECRET,
    });
    const line = await firstLine(process);
    assert(line.startsWith("READY {"), line);
    const { http, cloudinary_url } = JSON.parse(line.slice("READY ".length));
    const url = new URL(cloudinary_url);
    assertEquals([url.protocol, url.host, url.username], ["cloudinary:", "other", "1234"]);
    assertEquals([url.password, url.searchParams.get("upload_prefix")], [SECRET, http]);
    const ping = await fetch(`${http}/v1_1/other/ping`, {
      headers: { authorization: `Basic ${btoa(`1234:${SECRET}`)}` },
    });
    assertEquals(await ping.json(), { status: "ok" });
    const state = await fetch(`${http}/_emulator/state?summary=true`);
    assertEquals((await state.json()).assets, 5);
    if (way === "end of input") await process.stdin.close();
    else process.kill(way);
    assertEquals((await process.status).code, 0);
    if (way !== "end of input") await process.stdin.close().catch(() => {});
  });
}

Deno.test("--help → the flags; a wrong flag → exit 1", async () => {
  const help = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", MAIN, "--help"],
  }).output();
  assertEquals(help.code, 0);
  assert(new TextDecoder().decode(help.stdout).includes("--notification-url"));
  const wrong = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", MAIN, "--port", "many"],
  }).output();
  assertEquals(wrong.code, 1);
});
