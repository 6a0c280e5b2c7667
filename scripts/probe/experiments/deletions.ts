import { type Finding, found, unknown } from "../finding.ts";
import type { Lab } from "../lab.ts";
import type { Experiment } from "./experiment.ts";

/** What is left of a deleted asset, and how answers name it. */
export const deletions: Experiment = {
  facts: ["backup", "placeholders", "ids_answered_by"],
  adminCalls: 6,
  async run(lab) {
    const { account } = lab;
    const plain = await lab.put("plain");
    const byIds = await account.admin("DELETE", "resources", {
      form: [["asset_ids[]", String(plain.body.asset_id)]],
    });
    const backup = await findBackup(lab);
    const names = Object.keys(byIds.body.deleted ?? {});
    return [
      ...backup,
      names.includes(String(plain.body.asset_id)) || names.includes(lab.name("plain"))
        ? found(
          "ids_answered_by",
          names.includes(lab.name("plain")) ? "public_id" : "asset_id",
          `a deletion by asset_ids is answered by ${names.join()}`,
        )
        : unknown("ids_answered_by", `a deletion by asset_ids is answered by ${names.join()}`),
    ];
  },
};

async function findBackup(lab: Lab): Promise<Finding[]> {
  const { account } = lab;
  const { body: detail } = await lab.detail("plain");
  const keeps = detail.placeholder === true;
  const findings: Finding[] = [
    found("backup", keeps, `a deleted asset is ${keeps ? "a placeholder" : "not found"}`),
  ];
  const backedUp = await lab.put("backed-up", { backup: "true", tags: lab.prefix });
  await account.upload("image/destroy", { public_id: lab.name("backed-up") });
  const { body: left } = await lab.detail("backed-up");
  if (left.placeholder !== true) {
    return [...findings, unknown("placeholders", "no backup is kept, not even when asked for")];
  }
  const lookUp = await account.admin("GET", "resources/by_asset_ids", {
    query: [["asset_ids[]", String(backedUp.body.asset_id)]],
  });
  const listing = await account.admin("GET", `resources/image/tags/${lab.prefix}`);
  const shows = [lookUp, listing].map(({ body }) => (body.resources ?? []).length > 0);
  const where = ["look-ups", "listings"].filter((_, index) => shows[index]);
  return [
    ...findings,
    found("placeholders", where.length > 0, `in ${["details", ...where].join(", ")}`),
  ];
}
