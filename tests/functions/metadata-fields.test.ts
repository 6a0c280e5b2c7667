/** `GET media-list/metadata-fields`: who may ask, what is answered, what it costs. */
import { assert, assertEquals } from "@std/assert";
import { assertError } from "../support/assert-error.ts";
import { defineMetadataField } from "../support/define-metadata-field.ts";
import { type As, callCloudinary, control } from "../support/stack.ts";
import { stackTests } from "../support/stack-test.ts";
import type { Stack } from "../../scripts/local/stack-options.ts";

const path = "media-list/metadata-fields";
const licence = {
  external_id: "licence",
  type: "enum",
  label: "Licence",
  mandatory: true,
  datasource: {
    values: [{ external_id: "own", value: "Owned" }, { external_id: "old", value: "Old" }],
  },
};

const stackTest = stackTests({}, async ({ stack }) => {
  await defineMetadataField(stack, licence);
  await defineMetadataField(stack, {
    external_id: "shot_on",
    type: "date",
    label: "Shot on",
  });
  await callCloudinary(stack, "DELETE /metadata_fields/licence/datasource", {
    external_ids: ["old"],
  });
});

const asked = async (stack: Stack): Promise<number> =>
  (await control(stack, "GET /calls")).counts["GET /metadata_fields"] ?? 0;

stackTest(
  "without a key, with a publishable one, as viewer → refused, and not asked for",
  async (world) => {
    const refused: [As, number][] = [["nobody", 401], ["anonymous", 401], ["viewer", 403]];
    for (const [as, status] of refused) assertError(await world.call(path, { as }), status);
    assertEquals(await asked(world.stack), 0);
  },
);

stackTest(
  "Cloudinary fails → 502 with its sentence, and not remembered",
  async (world) => {
    const message = "The plan of this account has no metadata.";
    await control(world.stack, "PUT /faults", {
      fail_next: [{ match: "GET /metadata_fields", status: 403, body: { error: { message } } }],
    });
    const answer = await world.call(path, { as: "editor" });
    assertError(answer, 502);
    assertEquals([answer.body.code, answer.body.error], ["cloudinary_forbidden", message]);
  },
);

stackTest(
  "asked by editors and by a secret key → the fields, for one call, which the quota knows of",
  async (world) => {
    const before = await asked(world.stack);
    const bodies = await Promise.all(
      (["editor", "admin", "service"] as const).map(async (as) => {
        const { status, body } = await world.call(path, { as });
        assertEquals(status, 200, JSON.stringify(body));
        return body.metadata_fields;
      }),
    );
    for (const fields of bodies) {
      assertEquals(fields, [
        {
          external_id: "licence",
          label: "Licence",
          type: "enum",
          mandatory: true,
          values: [{ external_id: "own", value: "Owned", state: "active" }],
        },
        { external_id: "shot_on", label: "Shot on", type: "date", mandatory: false, values: [] },
      ]);
    }
    assertEquals(await asked(world.stack) - before, 1);
    const [known] = await world.stack.sql<{ remaining: number; call_limit: number }>(
      "select remaining, call_limit from media_sync.rate_limits",
    );
    assert(known !== undefined && known.remaining < known.call_limit, JSON.stringify(known));
  },
);

stackTest("another method → 405, not an asset of that name", async ({ call }) => {
  const { status, headers } = await call(path, { method: "PATCH", as: "editor", json: {} });
  assertEquals([status, headers.get("allow")], [405, "GET, HEAD, OPTIONS"]);
});
