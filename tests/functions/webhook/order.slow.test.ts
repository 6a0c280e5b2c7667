/** Five changes of one asset, told in every order there is. */
import { assert, assertEquals } from "@std/assert";
import { pooledMap } from "@std/async";
import { assertSidesEqual } from "../../support/compare-sides.ts";
import { control } from "../../support/stack.ts";
import { drainLookUps, holdLookUps, webhookTest, type WebhookWorld } from "./webhook-world.ts";
import { effort } from "../../support/effort.ts";

const FILE = `data:application/octet-stream;base64,${btoa("content")}`;
const CHANGES = ["upload", "retag", "rename", "delete", "upload again"] as const;

/** Every order of five things; on a push every third of them. */
const ORDERS = permutations([0, 1, 2, 3, 4]).filter((_, place) => place % effort(3, 1) === 0);

for (const lookUps of ["while they arrive", "only afterwards"] as const) {
  const title = `${
    CHANGES.join(", ")
  }: told in each of ${ORDERS.length} orders, looked up ${lookUps}`;
  webhookTest(`${title} → the row is what Cloudinary has`, async (world) => {
    // One asset for each order; they do not touch each other.
    const assets = ORDERS.map((order) => ({ order, name: `order-${order.join("")}` }));
    const bodies = await change(world, assets.map(({ name }) => name));
    if (lookUps === "only afterwards") await holdLookUps(world);
    for (let place = 0; place < CHANGES.length; place++) {
      await inParallel(assets, async ({ name, order }) => {
        const body = bodies.get(name)?.[order[place]!];
        assert(body, `${name} lacks notification ${order[place]}`);
        assertEquals((await world.post(body)).status, 200);
      });
    }
    await drainLookUps(world);

    await assertSidesEqual(world.stack, ORDERS.length);
    const events = await world.events();
    assertEquals(events.length, ORDERS.length * CHANGES.length);
    assertEquals(events.filter(({ result }) => result === "failed"), []);
    // The asset that was deleted may have left a row, but no live one.
    const [deleted] = await world.stack.sql<{ live: number }>(
      `select count(*)::int as live from public.media_assets
         where deleted_at is null and public_id like '%-renamed'`,
    );
    assertEquals(deleted, { live: 0 });
  });
}

/** Makes all changes of all assets, and returns the bodies of the notifications in the order of the changes. */
async function change(world: WebhookWorld, names: string[]): Promise<Map<string, string[]>> {
  const { cloudinary, stack } = world;
  // A change that is not told cannot be told in another order.
  await control(stack, "PUT /behavior", { upload_edits_notify: true });
  const upload = (name: string) =>
    cloudinary("POST", "/raw/upload", { file: FILE, public_id: name, tags: "a,b" });
  const steps: ((name: string) => Promise<void>)[] = [
    upload,
    (name) => cloudinary("POST", "/raw/tags", { command: "add", tag: "new", "public_ids[]": name }),
    (name) =>
      cloudinary("POST", "/raw/rename", {
        from_public_id: name,
        to_public_id: `${name}-renamed`,
      }),
    (name) => cloudinary("POST", "/raw/destroy", { public_id: `${name}-renamed` }),
    upload,
  ];
  for (const step of steps) {
    await inParallel(names, step);
    // Versions are seconds.
    await control(stack, "PUT /clock", { advance_ms: 2_000 });
  }
  const { deliveries } = await control(stack, "GET /deliveries");
  const bodies = new Map<string, string[]>();
  for (const { body } of deliveries as { body: string }[]) {
    const name = /order-\d{5}/.exec(body)?.[0];
    assert(name, body);
    bodies.set(name, [...bodies.get(name) ?? [], body]);
  }
  return bodies;
}

async function inParallel<Item>(
  items: Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  await Array.fromAsync(pooledMap(8, items, work));
}

function permutations(items: number[]): number[][] {
  if (items.length <= 1) return [items];
  return items.flatMap((first) =>
    permutations(items.filter((item) => item !== first)).map((rest) => [first, ...rest])
  );
}
