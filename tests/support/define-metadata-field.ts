import { assert } from "@std/assert";
import type { Stack } from "../../scripts/local/stack-options.ts";

/** Defines a field of structured metadata in the emulated Cloudinary; `definition` as its API takes it. */
export async function defineMetadataField(
  { info }: Stack,
  definition: Record<string, unknown>,
): Promise<void> {
  const { username, password, hostname } = new URL(info.cloudinary_url);
  const response = await fetch(`${info.cloudinary_http}/v1_1/${hostname}/metadata_fields`, {
    method: "POST",
    headers: {
      authorization: `Basic ${btoa(`${username}:${password}`)}`,
      "content-type": "application/json",
    },
    body: JSON.stringify(definition),
  });
  const text = await response.text();
  assert(response.ok, text);
}
