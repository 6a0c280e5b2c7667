import { found, unknown } from "../finding.ts";
import type { Experiment } from "./experiment.ts";

/** What an update does to a context, and empty values. */
export const updates: Experiment = {
  facts: ["update_context", "update_empty_clears"],
  adminCalls: 2,
  async run(lab) {
    await lab.put("update", { tags: "t", context: "one=1|two=2" });
    const path = `resources/image/upload/${encodeURIComponent(lab.name("update"))}`;
    const { body: updated } = await lab.account.admin("POST", path, {
      form: [["context", "one=3"]],
    });
    const context = updated.context?.custom ?? {};
    const { body: emptied } = await lab.account.admin("POST", path, { form: [["tags", ""]] });
    const left = (emptied.tags ?? []).length;
    return [
      found(
        "update_context",
        "two" in context ? "merge" : "replace",
        `a key not named is ${"two" in context ? "kept" : "gone"}`,
      ),
      found("update_empty_clears", left === 0, `tags= leaves ${left} of 1 tag`),
    ];
  },
};

/** What an overwriting upload keeps. */
export const overwrites: Experiment = {
  facts: ["overwrite_keeps_fields", "overwrite_moves_created_at"],
  adminCalls: 1,
  async run(lab) {
    const first = await lab.put("overwrite", { tags: "t", context: "alt=A" });
    // Times are told in seconds.
    await lab.wait(2_000);
    await lab.put("overwrite", { overwrite: "true" });
    const { body: detail } = await lab.detail("overwrite");
    const kept = [
      ...(detail.tags ?? []).length > 0 ? ["tags"] : [],
      ...detail.context?.custom?.alt === "A" ? ["context"] : [],
    ];
    const seen = `kept: ${kept.join(" and ") || "nothing"}`;
    return [
      kept.length === 1
        ? unknown("overwrite_keeps_fields", seen)
        : found("overwrite_keeps_fields", kept.length === 2, seen),
      found(
        "overwrite_moves_created_at",
        Date.parse(detail.created_at) !== Date.parse(first.body.created_at),
        `created_at ${first.body.created_at}, then ${detail.created_at}`,
      ),
    ];
  },
};

/** How long a value of a context may be. */
export const contextLength: Experiment = {
  facts: ["context_value_limit"],
  adminCalls: 0,
  async run(lab) {
    await lab.put("context");
    const takes = async (length: number) => {
      const { status } = await lab.account.upload("image/context", {
        command: "add",
        context: `alt=${"a".repeat(length)}`,
        public_ids: [lab.name("context")],
      });
      return status === 200;
    };
    if (!await takes(256)) {
      return [found("context_value_limit", 255, "256 characters are refused")];
    }
    if (!await takes(1024)) return [unknown("context_value_limit", "between 256 and 1,023")];
    return await takes(1025)
      ? [unknown("context_value_limit", "1,025 characters are taken")]
      : [found("context_value_limit", 1024, "1,025 characters are refused")];
  },
};

/** Which refusals have which status. */
export const refusals: Experiment = {
  facts: ["rename_conflict_status", "stale_status", "edits_bump_version"],
  adminCalls: 0,
  async run(lab) {
    const { account } = lab;
    const first = await lab.put("rename-from");
    await lab.put("rename-taken");
    const rename = (to: string) =>
      account.upload("image/rename", {
        from_public_id: lab.name("rename-from"),
        to_public_id: lab.name(to),
      });
    const conflict = await rename("rename-taken");
    const hours = 7_200;
    const stale = await account.upload(
      "image/destroy",
      { public_id: lab.name("nothing") },
      { timestamp: Math.floor(Date.now() / 1000) - hours },
    );
    // Versions are the seconds in which they were made.
    await lab.wait(2_000);
    const renamed = await rename("rename-to");
    const [before, after] = [Number(first.body.version), Number(renamed.body.version)];
    return [
      conflict.status === 400 || conflict.status === 409
        ? found("rename_conflict_status", conflict.status, conflict.body.error?.message ?? "")
        : unknown("rename_conflict_status", `answered with ${conflict.status}`),
      stale.status === 400 || stale.status === 401
        ? found("stale_status", stale.status, "a call signed two hours ago")
        : unknown("stale_status", `answered with ${stale.status}`),
      renamed.status === 200
        ? found(
          "edits_bump_version",
          after !== before,
          `a rename: version ${before}, then ${after}`,
        )
        : unknown("edits_bump_version", `a rename was answered with ${renamed.status}`),
    ];
  },
};
