import { createHash } from "node:crypto";
import { assertEquals } from "@std/assert";
import { ONE_PIXEL, rejection } from "../support.ts";
import { factTest } from "./fact-test.ts";

factTest(
  "backup",
  "restore of a deleted asset → where the account keeps backups, or the upload asked for one",
  async ({ cloudinary }, keeps) => {
    await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x" });
    await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "y", backup: true });
    const { resources } = await cloudinary.api.resources({ direction: "asc" });
    const told = resources.map((item: { backup?: boolean }) => item.backup);
    assertEquals(told, [keeps ? true : undefined, true]);
    await cloudinary.api.delete_resources(["x", "y"]);
    const { x, y } = await cloudinary.api.restore(["x", "y"]);
    assertEquals([x.error, y.error], [keeps ? undefined : "no_backup", undefined]);
    if (!keeps) assertEquals((await rejection(cloudinary.api.resource("x"))).status, 404);
  },
);

factTest(
  "folder_mode",
  "config, upload, detail → folders apart from public_ids, or their path",
  async ({ cloudinary, control }, mode) => {
    const config = await cloudinary.api.config({ settings: true });
    assertEquals(config.settings.folder_mode, mode);
    await control("POST", "/assets", { assets: [{ public_id: "a/b", asset_folder: "f" }] });
    const { asset_folder, display_name, folder } = await cloudinary.api.resource("a/b");
    const expected = mode === "fixed" ? [undefined, undefined, "a"] : ["f", "b", undefined];
    assertEquals([asset_folder, display_name, folder], expected);
    await control("PUT", "/behavior", { folder_mode: "fixed" });
    assertEquals((await cloudinary.api.resource("a/b")).folder, "a");
  },
);

factTest(
  "signature_algorithm",
  "upload → its answer is signed by that hash",
  async ({ cloudinary, emulator }, algorithm) => {
    const { version, signature } = await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x" });
    const text = `public_id=x&version=${version}${emulator.apiSecret}`;
    assertEquals(signature, createHash(algorithm).update(text).digest("hex"));
  },
);

factTest("rate_limit", "ping → the limit in its headers", async ({ cloudinary, control }) => {
  assertEquals((await cloudinary.api.resources()).rate_limit_allowed, 100_000);
  await control("PUT", "/behavior", { rate_limit: 500 });
  assertEquals((await cloudinary.api.resources()).rate_limit_allowed, 500);
});
