import { type Finding, found, unknown } from "../finding.ts";
import { type Lab, PICTURE_BYTES } from "../lab.ts";
import type { Experiment } from "./experiment.ts";

/** Assets that the search must know: more than the smaller of the default page sizes. */
const ASSETS = 11;

/** What a search tells, and how much at once. */
export const searches: Experiment = {
  facts: [
    ...["search_last_updated", "search_metadata", "search_sorts_last_updated"] as const,
    ...["search_default_max_results", "search_range_upper_inclusive"] as const,
  ],
  // The index lags: it is asked again until it knows the assets.
  adminCalls: 15,
  async run(lab) {
    for (let index = 0; index < ASSETS; index++) await lab.put(`search-${index}`);
    let tries = 0;
    const page = await lab.until(async () => {
      const { body } = await search(lab, {});
      if (body.total_count >= ASSETS) return body;
      return ++tries === 10 ? null : undefined;
    });
    if (!page) {
      return searches.facts.map((name) => unknown(name, "the search did not know the assets yet"));
    }
    const size = page.resources.length;
    const metadata = await search(lab, { with_field: ["metadata"] });
    const isTold = "last_updated" in page.resources[0];
    const asked = await search(lab, { with_field: ["last_updated"] });
    const whenAsked = asked.status === 200 && "last_updated" in (asked.body.resources[0] ?? {});
    const sorted = await search(lab, { sort_by: [{ "last_updated.updated_at": "asc" }] });
    const range = await search(lab, {}, ` AND bytes:[1 TO ${PICTURE_BYTES}]`);
    const findings: Finding[] = [
      found(
        "search_last_updated",
        isTold ? "told" : whenAsked ? "asked" : "refused",
        `keys of a found asset; asked for it, ${
          asked.body.error?.message ?? `answered with ${asked.status}`
        }`,
      ),
      found(
        "search_metadata",
        metadata.status === 200 ? "told" : "refused",
        metadata.body.error?.message ?? `answered with ${metadata.status}`,
      ),
      found(
        "search_sorts_last_updated",
        sorted.status === 200,
        sorted.body.error?.message ?? `answered with ${sorted.status}`,
      ),
      found("search_default_max_results", size < ASSETS ? size : 50, `${size} of ${ASSETS} told`),
    ];
    return range.status === 200
      ? [
        ...findings,
        found(
          "search_range_upper_inclusive",
          range.body.total_count > 0,
          `[1 TO ${PICTURE_BYTES}] finds ${range.body.total_count} of ${PICTURE_BYTES} bytes`,
        ),
      ]
      : [...findings, unknown("search_range_upper_inclusive", `answered with ${range.status}`)];
  },
};

function search({ account, name }: Lab, parameters: Record<string, unknown>, and = "") {
  return account.admin("POST", "resources/search", {
    json: { expression: `public_id:${name("search-")}*${and}`, ...parameters },
  });
}
