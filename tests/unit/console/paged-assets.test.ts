/** Which pages of a long list are asked for while somebody scrolls through it. */
import { assertEquals } from "@std/assert";
import type { MediaClient, MediaListAnswer } from "../../../supabase/client/mod.ts";
import { PagedAssets } from "../../../scripts/console/app/state/paged-assets.ts";
import { waitUntil } from "../../support/wait-until.ts";

/** Places that are seen at once. */
const SEEN = 20;

/** A list of 10,000 assets, what was asked for, and its timer in a test's hands. */
async function openList() {
  const asked: number[] = [];
  let pending: (() => void) | undefined;
  const media = {
    list: () => ({
      page: ({ page = 1, limit = 0 }) => {
        asked.push(page);
        const items = Array.from({ length: limit }, (_, index) => ({ id: `${page}-${index}` }));
        const pagination = { total: 10_000, total_is_exact: true, has_next: true };
        return Promise.resolve({ items, pagination } as unknown as MediaListAnswer);
      },
    }),
  } as unknown as MediaClient;
  const list = new PagedAssets(media, {}, (run) => {
    pending = run;
    return () => pending = undefined;
  });
  await waitUntil(() => list.total.value !== undefined);
  return {
    list,
    asked,
    look: (place: number) => list.look(place, place + SEEN),
    passTime: () => {
      const run = pending;
      pending = undefined;
      run?.();
    },
  };
}

Deno.test("scrolled on at a pace at which one looks → asked for on the way", async () => {
  const { asked, look, passTime } = await openList();
  for (let place = 0; place <= 120; place += 10) {
    look(place);
    passTime();
  }
  assertEquals(asked, [1, 2, 3]);
});

Deno.test("scrolled past faster than one looks → nothing asked for until one rests", async () => {
  const { asked, list, look, passTime } = await openList();
  for (let place = 0; place <= 3_000; place += 15) look(place);
  assertEquals(asked, [1]);
  passTime();
  assertEquals(asked, [1, 61]);
  await waitUntil(() => list.at(3_000) !== undefined);
  assertEquals(list.at(3_000)?.id, "61-0");
});

Deno.test("looked at again → not asked for again, and what lies far away is forgotten", async () => {
  const { asked, list, look, passTime } = await openList();
  for (let page = 0; page < 80; page++) {
    look(page * 50);
    passTime();
    await waitUntil(() => list.at(page * 50) !== undefined);
  }
  look(79 * 50);
  passTime();
  assertEquals(asked.length, 80);
  assertEquals([list.at(0), list.at(60 * 50)?.id], [undefined, "61-0"]);
});
