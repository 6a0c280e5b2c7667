/** `deno task probe` against the emulator: whatever an account is like, it finds it. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { EXPERIMENTS } from "../../scripts/probe/experiments/all.ts";
import { probeCommand } from "../../scripts/probe/probe-command.ts";
import type { Surroundings } from "../../scripts/support/command.ts";
import { run, type Said } from "../functions/commands/surroundings.ts";
import { waitUntil } from "../support/wait-until.ts";
import { type Behavior, type EmulatorOptions, FACTS, withEmulator } from "./support.ts";

/** What a probe found, said and left behind. */
interface Probed extends Said {
  behavior: Partial<Behavior>;
  file: string;
  // deno-lint-ignore no-explicit-any
  state: any;
  triggers: number;
  adminCalls: number;
}

/** Probes an emulated account. */
async function probe(
  options: EmulatorOptions,
  args: string[] = ["--yes", "--json", "--retries"],
  overrides: Partial<Surroundings> = {},
  prepare: (
    control: (method: string, path: string, body?: unknown) => Promise<unknown>,
  ) => unknown = () => {},
): Promise<Probed> {
  // The emulator's clock goes on by a second whenever it is read, so that no two things have the same time.
  let now = Date.now();
  const folder = await Deno.makeTempDir();
  let probed: Probed | undefined;
  try {
    await withEmulator({
      ...options,
      now: () => now += 1000,
      behavior: { ...options.behavior, notification_retry_delays_ms: [1, 1, 1] },
    }, async ({ emulator, control }) => {
      await prepare(control);
      const said = await run(probeCommand, [...args, `--output=${folder}/found.json`], {
        environment: { CLOUDINARY_URL: emulator.cloudinaryUrl },
        // Whoever waits does so until everything has been told.
        sleep: async () => {
          await waitUntil(async () => (await control("GET", "/deliveries")).pending === 0);
        },
        ...overrides,
      });
      const file = await Deno.readTextFile(`${folder}/found.json`).catch(() => "{}");
      const { counts } = await control("GET", "/calls");
      const adminCalls = Object.entries<number>(counts)
        .filter(([endpoint]) => !endpoint.includes(":upload_resource_type"))
        .reduce((sum, [, count]) => sum + count, 0);
      const listed = await fetch(`${emulator.http}/v1_1/demo/triggers`, {
        headers: { authorization: `Basic ${btoa(`${emulator.apiKey}:${emulator.apiSecret}`)}` },
      });
      probed = {
        ...said,
        file,
        behavior: JSON.parse(file),
        state: await control("GET", "/state"),
        triggers: (await listed.json()).triggers.length,
        adminCalls,
      };
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return probed!;
}

/** What must hold after every probe: nothing is left, and no more was spent than was said. */
function assertClean({ code, errors, state, triggers, adminCalls }: Probed): void {
  assertEquals([code, errors], [0, ""]);
  assertEquals(state.assets, []);
  assertEquals(state.deleted.filter((asset: { restorable: boolean }) => asset.restorable), []);
  assertEquals(triggers, 0);
  const told = EXPERIMENTS.reduce((sum, { adminCalls }) => sum + adminCalls, 8 + 45);
  assert(adminCalls <= told, `${adminCalls} calls, ${told} were told`);
}

/** The facts that a probe finds out. */
const PROBED = EXPERIMENTS.flatMap(({ facts }) => facts);

for (const variant of ["a", "b"] as const) {
  Deno.test(`an account under ${variant} → every fact found, everything taken away again`, async () => {
    const probed = await probe({ variant });
    assertClean(probed);
    const isKnown = (name: string) =>
      // Where a detail tells no last_updated, nothing shows what a folder's rename does to it.
      variant === "a" || name !== "folder_rename_stamps";
    const expected = PROBED.filter(isKnown)
      .map((name) => [name, FACTS[name].variants[variant === "a" ? 0 : 1]]);
    assertEquals(probed.behavior, {
      ...Object.fromEntries(expected),
      folder_mode: "dynamic",
      edits_bump_version: false,
    });
  });
}

for (const name of PROBED) {
  for (const other of (FACTS[name].variants as readonly unknown[]).slice(1)) {
    Deno.test(`an account that is ordinary but for ${name} ${other} → found`, async () => {
      // A silent cap shows below a hundred alone where there are fewer assets than it.
      const probed = await probe({ behavior: { [name]: other } });
      assertClean(probed);
      assertEquals(probed.behavior[name], other as never);
      const others = PROBED.filter((fact) => fact !== name);
      for (const fact of others) {
        assert([FACTS[fact].variants[0], undefined].includes(probed.behavior[fact] as never), fact);
      }
    });
  }
}

Deno.test("what was found → is taken by PUT /behavior, and makes an emulator like it", async () => {
  const { behavior } = await probe({ variant: "b" });
  await withEmulator({}, async ({ control }) => {
    const set = await control("PUT", "/behavior", behavior);
    for (const [name, value] of Object.entries(behavior)) assertEquals(set[name], value, name);
  });
});

Deno.test("an account with fixed folders → probed too, without what only dynamic ones can", async () => {
  const probed = await probe({ folderMode: "fixed" });
  assertClean(probed);
  assertEquals(probed.behavior.folder_mode, "fixed");
  assertEquals(probed.behavior.folder_rename_stamps, undefined);
  assertEquals(probed.behavior.look_up_cap, 100);
});

Deno.test("as text → the cost, a table of facts, where it was written; no secret", async () => {
  const probed = await probe({ apiSecret: "made-for-this-test" }, ["--yes"]);
  const { output } = probed;
  assertStringIncludes(output, "at most ");
  const lines = output.split("\n");
  assert(lines.some((line) => /^fact +this account +seen$/.test(line)), output);
  assert(lines.some((line) => /^look_up_cap +100 +100 ids are answered/.test(line)), output);
  assert(lines.some((line) => /^notification_resign +- +not tried/.test(line)), output);
  assert(!output.includes("made-for-this-test"));
});

Deno.test("nobody who can be asked → nothing is done; asked and refused → nothing is done", async () => {
  const silent = await probe({}, []);
  assertEquals([silent.code, silent.adminCalls], [2, 0]);
  const asked: string[] = [];
  const refused = await probe({}, [], {
    isTerminal: true,
    confirm: (question) => asked.push(question) === 0,
  });
  assertEquals([refused.code, refused.adminCalls, asked.length], [1, 0, 1]);
});

Deno.test("an interrupt in the midst of it → everything taken away all the same, exit 130", async () => {
  const interrupt = new AbortController();
  let waits = 0;
  const probed = await probe({}, ["--yes"], {
    signal: interrupt.signal,
    sleep: () => {
      if (++waits < 2) return Promise.resolve();
      interrupt.abort(new Error("interrupted"));
      return Promise.reject(interrupt.signal.reason);
    },
  });
  assertEquals([probed.code, probed.state.assets, probed.triggers], [130, [], 0]);
  assertEquals(probed.file, "{}");
});

Deno.test("an account that runs out of calls → told, and everything taken away that still can be", async () => {
  const probed = await probe(
    {},
    ["--yes"],
    {},
    (control) => control("PUT", "/faults", { fail_next: [{ match: "/search", status: 420 }] }),
  );
  assertEquals([probed.code, probed.state.assets], [1, []]);
  assertStringIncludes(probed.errors, "hourly quota");
});

Deno.test("assets that cannot be taken away → named, exit 1", async () => {
  const probed = await probe(
    {},
    ["--yes"],
    {},
    (control) =>
      control("PUT", "/faults", {
        fail_next: [{ match: "DELETE /v1_1/demo/resources/image/upload", status: 500 }],
      }),
  );
  assertEquals(probed.code, 1);
  assertStringIncludes(probed.errors, "Left in the account: image assets whose public_id begins");
});

Deno.test("--help → the flags; a wrong port or address → exit 2", async () => {
  const help = await run(probeCommand, ["--help"]);
  assertEquals(help.code, 0);
  assertStringIncludes(help.output, "--receive URL");
  for (const wrong of ["--receive-port=many", "--receive=tunnel", "--nope"]) {
    assertEquals((await run(probeCommand, [wrong])).code, 2);
  }
});
