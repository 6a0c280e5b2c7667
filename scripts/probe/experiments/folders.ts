import { found, unknown } from "../finding.ts";
import type { Experiment } from "./experiment.ts";

/** What the rename of a folder does to the assets inside. */
export const folders: Experiment = {
  facts: ["folder_rename_stamps"],
  adminCalls: 3,
  async run(lab) {
    if (lab.folderMode === "fixed") {
      return [unknown("folder_rename_stamps", "fixed folders cannot be renamed")];
    }
    const [from, to] = [`${lab.prefix}-from`, `${lab.prefix}-to`];
    lab.made.folders.add(from);
    await lab.put("folder", { asset_folder: from });
    const { body: before } = await lab.detail("folder");
    // Times are told in seconds.
    await lab.wait(2_000);
    const { status } = await lab.account.admin("PUT", `folders/${from}`, {
      json: { to_folder: to },
    });
    lab.made.folders.add(to);
    const { body: after } = await lab.detail("folder");
    const [stamp, later] = [before, after].map(({ last_updated }) => last_updated?.updated_at);
    if (status !== 200 || stamp === undefined) {
      const why = status === 200 ? "a detail tells no last_updated" : `answered with ${status}`;
      return [unknown("folder_rename_stamps", why)];
    }
    return [
      found("folder_rename_stamps", stamp !== later, `updated_at ${stamp}, then ${later}`),
    ];
  },
};
