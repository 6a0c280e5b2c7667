/** Look-ups by asset_id, under everything that sources let expect of their size. */
import { assertEquals } from "@std/assert";
import { resource, type SeenRequest, withFakeCloudinary } from "./fake-cloudinary.ts";

const limits = {
  "x-featureratelimit-limit": "500",
  "x-featureratelimit-remaining": "499",
  "x-featureratelimit-reset": "Wed, 03 Oct 2012 08:00:00 GMT",
};
const MANY = ids(100);

function ids(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `id${index}`);
}

function idsOf({ query }: SeenRequest): string[] {
  return query.getAll("asset_ids[]");
}

function sizes(seen: SeenRequest[]): number[] {
  return seen.map((request) => idsOf(request).length);
}

function describe(assetId: string, more: Record<string, unknown> = {}) {
  return { ...resource("p"), asset_id: assetId, ...more };
}

function answer(assetIds: string[], more: Record<string, unknown> = {}): Response {
  return Response.json({ resources: assetIds.map((id) => describe(id)), ...more }, {
    headers: limits,
  });
}

Deno.test("250 asset ids → three calls that ask for every field and as many results", () =>
  withFakeCloudinary((request) => answer(idsOf(request)), async ({ client, seen }) => {
    const { data, rateLimit } = await client.getAssetsByIds({ assetIds: ids(250) });
    assertEquals(data.length, 250);
    assertEquals(rateLimit?.remaining, 499);
    assertEquals(sizes(seen), [100, 100, 50]);
    assertEquals(seen[0]!.path, "resources/by_asset_ids");
    for (const field of ["tags", "context", "metadata"]) {
      assertEquals(seen[0]!.query.get(field), "true");
    }
    assertEquals(seen[2]!.query.get("max_results"), "50");
  }));

Deno.test("ids that the answer does not show → asked for again, ten a call, and only what is denied then is absent", () => {
  const gone = new Set(ids(12));
  return withFakeCloudinary(
    (request) => answer(idsOf(request).filter((id) => !gone.has(id))),
    async ({ client, seen }) => {
      const { data } = await client.getAssetsByIds({ assetIds: MANY });
      assertEquals(data.length, 88);
      assertEquals(sizes(seen), [100, 10, 2]);
      assertEquals(seen.slice(1).flatMap(idsOf), [...gone]);
    },
  );
});

Deno.test("one id that is not shown at first → found when it is asked for again", () =>
  withFakeCloudinary(
    (request, number) => answer(number === 1 ? [] : idsOf(request)),
    async ({ client, seen }) => {
      const { data } = await client.getAssetsByIds({ assetIds: ["a"] });
      assertEquals(data.map(({ asset_id }) => asset_id), ["a"]);
      assertEquals(sizes(seen), [1, 1]);
    },
  ));

for (const cap of [10, 25]) {
  Deno.test(`Cloudinary leaves out what is beyond ${cap} ids without a word → all found, and the number is remembered`, () =>
    withFakeCloudinary(
      (request) => answer(idsOf(request).slice(0, cap)),
      async ({ client, seen }) => {
        assertEquals(client.lookUpCap(), 100);
        assertEquals((await client.getAssetsByIds({ assetIds: MANY })).data.length, 100);
        assertEquals(client.lookUpCap(), cap);
        seen.length = 0;
        await client.getAssetsByIds({ assetIds: MANY });
        assertEquals(sizes(seen), Array(100 / cap).fill(cap));
      },
    ));
}

Deno.test("Cloudinary refuses more than 10 ids → asked in tens, which is remembered", () =>
  withFakeCloudinary(
    (request) =>
      idsOf(request).length > 10
        ? Response.json({ error: { message: "Too many asset ids" } }, { status: 400 })
        : answer(idsOf(request)),
    async ({ client, seen }) => {
      assertEquals((await client.getAssetsByIds({ assetIds: ids(30) })).data.length, 30);
      assertEquals(sizes(seen), [30, 10, 10, 10]);
      assertEquals(client.lookUpCap(), 10);
      seen.length = 0;
      await client.getAssetsByIds({ assetIds: ids(20) });
      assertEquals(sizes(seen), [10, 10]);
    },
  ));

Deno.test("an answer in pages → followed to its end", () =>
  withFakeCloudinary(
    (request) => {
      const from = Number(request.query.get("next_cursor") ?? 0);
      const page = idsOf(request).slice(from, from + 10);
      return answer(page, from + 10 < 25 ? { next_cursor: String(from + 10) } : {});
    },
    async ({ client, seen }) => {
      assertEquals((await client.getAssetsByIds({ assetIds: ids(25) })).data.length, 25);
      assertEquals(seen.map(({ query }) => query.get("next_cursor")), [null, "10", "20"]);
      assertEquals(client.lookUpCap(), 100);
    },
  ));

Deno.test("a placeholder → absent, and not asked for again", () =>
  withFakeCloudinary(
    () =>
      Response.json({ resources: [describe("a"), describe("b", { placeholder: true, bytes: 0 })] }),
    async ({ client, seen }) => {
      const { data } = await client.getAssetsByIds({ assetIds: ["a", "b"] });
      assertEquals(data.map(({ asset_id }) => asset_id), ["a"]);
      assertEquals(sizes(seen), [2]);
      const detail = { ...resource("b"), placeholder: true };
      await withFakeCloudinary(() => Response.json(detail), async (fake) => {
        assertEquals((await fake.client.getAsset({ assetId: "b" })).data, null);
      });
    },
  ));

Deno.test("a number that is known → asked for at most so many, between 10 and 100", () =>
  withFakeCloudinary((request) => answer(idsOf(request)), async ({ client, seen }) => {
    client.useLookUpCap(40);
    await client.getAssetsByIds({ assetIds: MANY });
    assertEquals(sizes(seen), [40, 40, 20]);
    client.useLookUpCap(3);
    assertEquals(client.lookUpCap(), 10);
    client.useLookUpCap(1_000);
    assertEquals(client.lookUpCap(), 100);
  }));
