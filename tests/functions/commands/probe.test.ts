/** `deno task probe` on a local stack: what the product needs goes into its settings. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { probeCommand } from "../../../scripts/probe/probe-command.ts";
import type { Stack } from "../../../scripts/local/stack-options.ts";
import { control } from "../../support/stack.ts";
import { stackTests } from "../../support/stack-test.ts";
import { run, stackSurroundings } from "./surroundings.ts";

let stack: Stack;

const stackTest = stackTests({}, (world) => ({ stack } = world));

stackTest(
  "a running stack → its library is probed, and its settings hold the cap of look-ups",
  async () => {
    const folder = await Deno.makeTempDir();
    try {
      await control(stack, "PUT /behavior", { look_up_cap: 10, look_up_cap_silent: false });
      const { code, output, errors } = await run(
        probeCommand,
        ["--yes", `--output=${folder}/found.json`],
        stackSurroundings(stack),
      );
      assertEquals([code, errors], [0, ""]);
      assertStringIncludes(output, "The project's settings know the cap of look-ups now: 10.");
      const settings = await stack.sql("select look_up_cap from media_sync.settings");
      assertEquals(settings, [{ look_up_cap: 10 }]);
      const found = JSON.parse(await Deno.readTextFile(`${folder}/found.json`));
      assertEquals([found.look_up_cap, found.look_up_cap_silent], [10, false]);
      assertEquals((await control(stack, "GET /state")).assets, []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
