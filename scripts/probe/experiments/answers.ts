import { found, unknown } from "../finding.ts";
import type { Experiment } from "./experiment.ts";

/** How answers tell an asset. */
export const answers: Experiment = {
  facts: [
    ...["sorted_tags", "detail_last_updated", "moderation_shape"] as const,
    ...["raw_etag_needs_flag", "signature_algorithm", "detail_original_filename"] as const,
  ],
  adminCalls: 3,
  async run(lab) {
    const { account } = lab;
    const upload = await lab.put("answers", { tags: "m,z", moderation: "manual" });
    await account.upload("image/tags", {
      command: "add",
      tag: "a",
      public_ids: [lab.name("answers")],
    });
    const { body: detail } = await lab.detail("answers");
    const tags = (detail.tags ?? []).join();
    const raw = await lab.put("answers.txt", {}, "raw");
    const { body: rawDetail } = await account.admin(
      "GET",
      `resources/raw/upload/${encodeURIComponent(String(raw.body.public_id))}`,
    );
    const { body: listing } = await account.admin("GET", "resources/image/upload", {
      query: [["prefix", lab.name("answers")], ["moderations", "true"]],
    });
    const item = listing.resources?.[0] ?? {};
    const digits = String(upload.body.signature ?? "").length;
    return [
      tags === "a,m,z" || tags === "m,z,a"
        ? found("sorted_tags", tags === "a,m,z", `m, z, then a: told as ${tags}`)
        : unknown("sorted_tags", `m, z, then a: told as ${tags}`),
      found("detail_last_updated", "last_updated" in detail, `keys of a detail`),
      found("detail_original_filename", "original_filename" in detail, `keys of a detail`),
      Array.isArray(item.moderation) || typeof item.moderation_status === "string"
        ? found(
          "moderation_shape",
          Array.isArray(item.moderation) ? "array" : "scalars",
          "keys of a listed asset",
        )
        : unknown("moderation_shape", "a listing did not tell the moderation"),
      found("raw_etag_needs_flag", !("etag" in rawDetail), "keys of a raw asset's detail"),
      found(
        "signature_algorithm",
        digits === 64 ? "sha256" : "sha1",
        `an answer's signature has ${digits} digits`,
      ),
    ];
  },
};
