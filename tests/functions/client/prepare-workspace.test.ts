/** The folder of packages that the client is built with. */
import { assertEquals } from "@std/assert";
import { prepareWorkspace } from "../../../scripts/client/prepare-workspace.ts";

Deno.test("two who lay the same packages at one time → what the first found stays where it is", async () => {
  const options = { name: `workspace-test-${crypto.randomUUID()}`, packages: ["zod"] };
  const found: unknown[] = [];
  const prepare = async () => {
    const folder = await prepareWorkspace(options);
    found.push((await Deno.stat(folder)).ino);
    return folder;
  };
  const [folder] = await Promise.all([prepare(), prepare()]);
  try {
    const { ino } = await Deno.stat(folder!);
    assertEquals(found, [ino, ino]);
  } finally {
    await Deno.remove(new URL("..", `file://${folder}`), { recursive: true });
  }
});
