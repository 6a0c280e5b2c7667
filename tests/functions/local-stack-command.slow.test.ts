/** `deno task dev` as a process: its line, its file, its end. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { waitUntil } from "../support/wait-until.ts";
import { TextLineStream } from "../../scripts/local/text-lines.ts";

const root = new URL("../../", import.meta.url);

function dev(args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "dev", ...args],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function output(args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await dev(args).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

/** Ids of a process's descendants; Linux tells them in /proc. */
async function descendants(pid: number): Promise<number[]> {
  if (Deno.build.os !== "linux") return [];
  const listed = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`).catch(() => "");
  const children = listed.split(" ").filter(Boolean).map(Number);
  return [...children, ...(await Promise.all(children.map(descendants))).flat()];
}

async function isRunning(pid: number): Promise<boolean> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`).catch(() => "");
  return status !== "" && !/^State:\s+Z/m.test(status);
}

/** Already over, unless an assertion failed. */
function killIfRunning(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(`dev, then ${signal} → exit 0, the file gone, no process left`, async () => {
    const folder = await Deno.makeTempDir();
    const file = `${folder}/stack.json`;
    const child = dev(["--port=0", "--cloudinary-port=0", "--quiet", `--info-file=${file}`]);
    const errors = new Response(child.stderr).text();
    const lines = child.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream()).getReader();
    const { value: line = "" } = await lines.read();
    try {
      assertMatch(line, /^READY \{.*\}$/, `instead of READY: ${line}`);
      const info = JSON.parse(line.slice("READY ".length));
      assertEquals(Object.keys(info), [
        "pid",
        "url",
        "publishable_key",
        "secret_key",
        "cron_key",
        "database_url",
        "cloudinary_url",
        "cloudinary_http",
        "console_url",
        "users",
      ]);
      assertEquals(JSON.parse(await Deno.readTextFile(file)), info);
      if (Deno.build.os !== "windows") {
        assertEquals((await Deno.stat(file)).mode! & 0o077, 0, "others can read the keys");
      }
      await (await fetch(info.url)).body?.cancel();

      const started = [info.pid, ...await descendants(info.pid)];
      Deno.kill(info.pid, signal);
      const { value, done } = await lines.read();
      assertEquals([value, done], [undefined, true]);
      assertEquals((await child.status).code, 0, await errors);
      assertEquals(await Deno.stat(file).catch((error) => error.name), "NotFound");
      await waitUntil(
        async () => !(await Promise.all(started.map(isRunning))).includes(true),
        { describe: `the end of processes ${started.join(", ")}` },
      );
    } finally {
      killIfRunning(child);
      await child.status;
      await lines.cancel();
      await errors;
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("dev → says what it does, what is where and what to try, then READY; the library comes at once", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/stack.json`;
  const child = dev(["--port=0", "--cloudinary-port=0", "--assets=40", `--info-file=${file}`]);
  const errors = new Response(child.stderr).text();
  const lines = child.stdout.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream()).getReader();
  try {
    const before: string[] = [];
    let line = "";
    while (!line.startsWith("READY ")) {
      if (line !== "") before.push(line);
      const { value, done } = await lines.read();
      assertEquals(done, false, before.join("\n"));
      line = value!;
    }
    const info = JSON.parse(line.slice("READY ".length));
    const said = before.join("\n");
    for (
      const part of [
        info.url,
        info.console_url,
        `${info.url}/studio/`,
        info.cloudinary_http,
        info.publishable_key,
        ...Object.values<{ email: string; password: string }>(info.users)
          .flatMap(({ email, password }) => [email, password]),
        file,
      ]
    ) assertStringIncludes(said, part);
    assertMatch(said, /emulated, 40 assets/);
    // Without the minute's tick, which would bring it too.
    assertEquals((await lines.read()).value, "The library is here: 40 assets.");
    const commands = before.map((text) => text.trim()).filter((text) => text.startsWith("curl "));
    assertEquals(commands.length, 3);
    for (const command of commands) {
      const { code, stdout } = await new Deno.Command("sh", { args: ["-c", command] }).output();
      const answer = JSON.parse(new TextDecoder().decode(stdout));
      assertEquals([code, answer.success ?? true, answer.error], [0, true, undefined], command);
    }
    await waitUntil(async () => {
      const response = await fetch(`${info.url}/rest/v1/media_assets?select=id`, {
        headers: { apikey: info.secret_key },
      });
      return (await response.json()).length === 43;
    }, { describe: "the three assets of the summary's first command" });
    const page = await fetch(info.console_url);
    assertEquals([page.status, page.headers.get("content-type")], [
      200,
      "text/html; charset=utf-8",
    ]);
    assertStringIncludes(await page.text(), "console.js");
    assertEquals(await (await fetch(`${info.console_url}config.json`)).json(), {
      url: info.url,
      publishable_key: info.publishable_key,
      emulator: info.cloudinary_http,
    });
    Deno.kill(info.pid, "SIGTERM");
    assertEquals((await child.status).code, 0, await errors);
  } finally {
    killIfRunning(child);
    await child.status;
    await lines.cancel();
    await errors;
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("dev --help → the flags, exit 0", async () => {
  const { code, stdout } = await output(["--help"]);
  assertEquals(code, 0);
  for (
    const flag of ["--port", "--cloudinary-port", "--database", "--data", "--assets", "--no-cron"]
  ) {
    assertStringIncludes(stdout, flag);
  }
});

Deno.test("dev with an unknown flag → exit 2, and the flag named", async () => {
  const { code, stderr } = await output(["--prot=1"]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "--prot");
  assertStringIncludes(stderr, "--help");
});

Deno.test("dev on a port that is taken → exit 1, the port and the mend named", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { code, stderr } = await output([`--port=${listener.addr.port}`, "--cloudinary-port=0"]);
  listener.close();
  assertEquals(code, 1);
  assertStringIncludes(stderr, `port ${listener.addr.port} is taken`);
});

Deno.test("dev with a database that does not answer → exit 1, its host named, no password", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const host = `127.0.0.1:${listener.addr.port}`;
  listener.close();
  const database = `postgres://someone:hidden-word@${host}/postgres`;
  const { code, stderr } = await output([
    "--port=0",
    "--cloudinary-port=0",
    `--database=${database}`,
  ]);
  assertEquals(code, 1);
  assertStringIncludes(stderr, `no PostgreSQL at ${host}`);
  assertEquals(stderr.includes("hidden-word"), false);
});
