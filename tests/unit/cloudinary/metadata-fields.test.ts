/** The definitions of structured metadata, as far as they can be trusted. */
import { assertEquals } from "@std/assert";
import { CloudinaryError } from "../../../supabase/functions/_shared/cloudinary/errors.ts";
import { withFakeCloudinary } from "./fake-cloudinary.ts";

Deno.test("metadata fields of each type → read; what is left out or not known is made up for", () =>
  withFakeCloudinary(
    () =>
      Response.json({
        metadata_fields: [
          {
            external_id: "licence",
            type: "enum",
            label: "Licence",
            mandatory: true,
            validation: null,
            datasource: {
              values: [
                { external_id: "own", value: "Owned", state: "active" },
                { external_id: "old", value: "Old", state: "inactive" },
                { external_id: "bare" },
                { value: "without an id" },
                null,
              ],
            },
          },
          { external_id: "size", type: "decimal", label: "" },
          { external_id: "channels", type: "set", label: "Channels", datasource: null },
          { external_id: "day", type: "date", label: "Day", datasource: { values: [{}] } },
          { label: "without an id" },
          "no field",
        ],
      }),
    async ({ client, seen }) => {
      const { data } = await client.listMetadataFields();
      assertEquals(seen.map(({ method, path }) => `${method} ${path}`), ["GET metadata_fields"]);
      assertEquals(data, [
        {
          external_id: "licence",
          label: "Licence",
          type: "enum",
          mandatory: true,
          values: [
            { external_id: "own", value: "Owned", state: "active" },
            { external_id: "old", value: "Old", state: "inactive" },
            { external_id: "bare", value: "bare", state: "active" },
          ],
        },
        { external_id: "size", label: "size", type: "string", mandatory: false, values: [] },
        { external_id: "channels", label: "Channels", type: "set", mandatory: false, values: [] },
        { external_id: "day", label: "Day", type: "date", mandatory: false, values: [] },
      ]);
    },
  ));

Deno.test("an answer without a list of metadata fields → unavailable, in a sentence", () =>
  withFakeCloudinary(
    () => Response.json({ metadata_fields: { licence: {} } }),
    async ({ client }) => {
      const error = await client.listMetadataFields().catch((failure) => failure);
      assertEquals(error instanceof CloudinaryError && [error.code, error.message], [
        "unavailable",
        "Cloudinary sent no list of metadata fields.",
      ]);
    },
  ));
