/** `.local/stack.json`, and the files of further stacks beside it. */
import { assertEquals } from "@std/assert";
import {
  readStackFile,
  removeStackFile,
  writeStackFile,
} from "../../../scripts/support/stack-file.ts";
import type { StackInfo } from "../../../scripts/support/stack-info.ts";

interface World {
  first: URL;
  /** A description of a stack that answers, of this process unless another is named. */
  running(pid?: number): StackInfo;
  /** Of one that was killed. */
  killed(pid?: number): StackInfo;
  names(): Promise<string[]>;
}

function fileTest(name: string, fn: (world: World) => Promise<void>): void {
  Deno.test(name, async () => {
    const folder = await Deno.makeTempDir();
    const servers: Deno.HttpServer<Deno.NetAddr>[] = [];
    const listen = () => {
      const answer = () => new Response();
      const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
      servers.push(server);
      return server.addr.port;
    };
    const info = (port: number, pid: number) =>
      ({ pid, url: `http://127.0.0.1:${port}` }) as StackInfo;
    const closed = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    closed.close();
    try {
      await fn({
        first: new URL(`file://${folder}/state/stack.json`),
        running: (pid = Deno.pid) => info(listen(), pid),
        killed: (pid = Deno.pid) => info(closed.addr.port, pid),
        names: async () => {
          const names: string[] = [];
          for await (const { name } of Deno.readDir(`${folder}/state`)) names.push(name);
          return names.sort();
        },
      });
    } finally {
      await Promise.all(servers.map((server) => server.shutdown()));
      await Deno.remove(folder, { recursive: true });
    }
  });
}

const nameOf = (file: URL) => file.pathname.split("/").at(-1);

fileTest("two stacks → a file each; the first's stays as it was", async (world) => {
  const { first } = world;
  const [one, two] = [world.running(), world.running()];
  assertEquals(nameOf(await writeStackFile(one, undefined, first)), "stack.json");
  const second = await writeStackFile(two, undefined, first);
  const { port } = new URL(two.url);
  assertEquals(nameOf(second), `stack-${port}.json`);
  assertEquals(await readStackFile(first), one);

  await removeStackFile(two, first);
  assertEquals(await readStackFile(first), one, "the second removes only its own");
  await removeStackFile(two, second);
  assertEquals(await world.names(), ["stack.json"]);
});

fileTest("two stacks at the same moment → a file each", async (world) => {
  const both = [world.running(), world.running()];
  const files = await Promise.all(both.map((info) => writeStackFile(info, undefined, world.first)));
  assertEquals(new Set(files.map(nameOf)).size, 2, String(files.map(nameOf)));
  assertEquals((await world.names()).length, 2);
});

fileTest("the first ends, the second goes on → commands find the second", async (world) => {
  const [one, two] = [world.running(), world.running()];
  const file = await writeStackFile(one, undefined, world.first);
  await writeStackFile(two, undefined, world.first);
  await removeStackFile(one, file);
  assertEquals(await readStackFile(world.first), two);
  const three = world.running();
  assertEquals(nameOf(await writeStackFile(three, undefined, world.first)), "stack.json");
});

for (
  const [what, make] of [
    ["a killed stack whose process id is another's by now", (world: World) => world.killed()],
    ["a killed stack", (world: World) => world.running(2 ** 22 + 1)],
  ] as const
) {
  fileTest(`the file of ${what} → replaced`, async (world) => {
    await writeStackFile(make(world), undefined, world.first);
    const next = world.running();
    assertEquals(nameOf(await writeStackFile(next, undefined, world.first)), "stack.json");
    assertEquals(await readStackFile(world.first), next);
    assertEquals((await Deno.stat(world.first)).mode! & 0o077, 0, "others can read the keys");
  });
}

fileTest("a file that is no JSON → replaced", async (world) => {
  await Deno.mkdir(new URL(".", world.first), { recursive: true });
  await Deno.writeTextFile(world.first, "half of");
  const next = world.running();
  await writeStackFile(next, undefined, world.first);
  assertEquals(await readStackFile(world.first), next);
});

fileTest("a file that was named → written there, whoever's it is", async (world) => {
  const [one, two] = [world.running(), world.running()];
  await writeStackFile(one, world.first);
  assertEquals(await writeStackFile(two, world.first), world.first);
  assertEquals(await readStackFile(world.first), two);
});

fileTest("no stack → null", async (world) => {
  assertEquals(await readStackFile(world.first), null);
});
