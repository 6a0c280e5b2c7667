import { assertEquals } from "@std/assert";
import { processesOf, signalGroup } from "../../../scripts/test/process-group.ts";
import { waitUntil } from "../../support/wait-until.ts";

Deno.test({
  name: "a group's processes → found with their children, ended together",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const child = new Deno.Command("sh", {
      args: ["-c", "sleep 600 & wait"],
      stdin: "null",
      detached: true,
    }).spawn();
    try {
      const count = async () => (await processesOf(child.pid)).length;
      await waitUntil(async () => await count() === 2, { describe: "the shell and its child" });
      signalGroup(child.pid, "SIGTERM");
      await waitUntil(async () => await count() === 0, { describe: "the end of both" });
    } finally {
      signalGroup(child.pid, "SIGKILL");
      await child.status;
    }
    assertEquals(await processesOf(child.pid), []);
  },
});
