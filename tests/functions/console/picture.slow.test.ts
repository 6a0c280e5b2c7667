/** The picture of the console on the README's first screen. `UPDATE_PICTURES=1` writes it anew. */
import { assertEquals } from "@std/assert";
import { imageSize } from "image-size";
import { control, syncUntilCompleted } from "../../support/stack.ts";
import { consoleTests, signIn } from "./console-world.ts";

const FOLDER = new URL("../../../scripts/console/pictures/", import.meta.url);
const SIZE = { width: 1280, height: 760 };
const NAMES = [
  ["Harbour at dawn", "campaigns/summer", "sea", "hero"],
  ["Market square", "press", "city"],
  ["Red canvas shoe", "products/shoes", "shoe", "sale"],
  ["Orchard in bloom", "campaigns/spring", "garden"],
  ["Workshop bench", "team", "portrait"],
  ["Glacier walk", "campaigns/winter", "hero", "mountain"],
  ["Lantern festival", "press", "city", "night"],
  ["Leather bag, tan", "products/bags", "bag"],
  ["Skyline from the bridge", "press", "city"],
  ["Blue rain boots", "products/shoes", "shoe"],
  ["Studio portrait", "team", "portrait"],
  ["Cliffs at low tide", "campaigns/summer", "sea"],
  ["Winter library", "team", "interior"],
  ["Canvas tote", "products/bags", "bag", "sale"],
  ["Meadow trail", "campaigns/spring", "mountain"],
  ["Night train", "press", "night"],
] as const;

const pictureTest = await consoleTests({}, async ({ stack, call }) => {
  await control(stack, "POST /assets", {
    assets: NAMES.map(([display_name, folder, ...tags], index) => ({
      public_id: display_name.toLowerCase().replaceAll(/\W+/g, "-"),
      // The landscape is drawn of it: the same in every run.
      asset_id: Array.from(
        { length: 32 },
        (_, digit) => ((index * 7 + digit * (index + 3) * 5 + 9) % 16).toString(16),
      ).join(""),
      display_name,
      folder,
      tags,
      width: 1_600,
      height: 1_200,
      bytes: 380_000 + 97_000 * index,
      created_at: new Date(Date.UTC(2026, 4, 1) - index * 86_400_000).toISOString(),
      context: { custom: { alt: `${display_name}, seen from afar` } },
    })),
  });
  await syncUntilCompleted(call);
});

pictureTest("the console in light and dark → the pictures that README shows", async (world) => {
  const update = Deno.env.get("UPDATE_PICTURES") === "1";
  for (const colorScheme of ["light", "dark"] as const) {
    const page = await world.newPage({ viewport: SIZE, colorScheme });
    await signIn(page, world.stack, "editor");
    await page.locator(".tile", { hasText: "Orchard in bloom" }).getByRole("button").click();
    await page.getByRole("complementary", { name: "Asset" }).getByText("Details").waitFor();
    await page.waitForFunction(
      "[...document.images].length > 8 && [...document.images].every((image) => image.complete)",
    );
    await page.getByText("Live", { exact: true }).waitFor();
    const picture = await page.screenshot({ animations: "disabled" });
    const file = new URL(`${colorScheme}.png`, FOLDER);
    if (update) {
      await Deno.mkdir(FOLDER, { recursive: true });
      await Deno.writeFile(file, picture);
    }
    const { width, height } = imageSize(await Deno.readFile(file));
    assertEquals({ width, height }, SIZE);
    await page.context().close();
  }
});
