/** What goes to the database in one call is bounded by its size. */
import { assert, assertEquals } from "@std/assert";
import type { Observation } from "../../../supabase/functions/_shared/cloudinary/observation.ts";
import {
  MOST_A_CALL,
  partsBySize,
} from "../../../supabase/functions/_shared/sync/parts-by-size.ts";

function sized(lengths: number[]): Observation[] {
  return lengths.map((length, index) => ({
    ...{ asset_id: String(index), public_id: "p", resource_type: "image", type: "upload" },
    context: { a: "x".repeat(length) },
    extra: {},
  }));
}

Deno.test("little → one part, which is not measured", () => {
  const observations = sized([10, 10]);
  const [part, ...others] = partsBySize(observations, 100);
  assert(part === observations);
  assertEquals(others, []);
});

Deno.test("much → parts below the limit in their order; what is larger goes alone", () => {
  const lengths = [1_500_000, 1_500_000, 1_500_000, 9_000_000, 10, 3_900_000];
  const parts = partsBySize(sized(lengths), 20_000_000);
  assertEquals(parts.map((part) => part.map(({ asset_id }) => asset_id)), [
    ["0", "1"],
    ["2"],
    ["3"],
    ["4", "5"],
  ]);
  for (const part of parts) {
    assert(part.length === 1 || JSON.stringify(part).length <= MOST_A_CALL + 1_000);
  }
});

Deno.test("nothing, of whatever size → one empty part, so that the page is stored", () => {
  assertEquals(partsBySize([], 5_000_000), [[]]);
});
