import type { Reply } from "./account.ts";
import type { Lab } from "./lab.ts";

/**
 * Takes everything away that a probe has made: assets, backups, folders, webhooks. Goes on where a part of it fails.
 *
 * @param keepsBackups Whether the account keeps backups of all assets, and not of those alone that ask for it.
 * @returns What is left, one sentence each.
 */
export async function cleanUp(lab: Lab, keepsBackups: boolean): Promise<string[]> {
  const { account, prefix, made } = lab;
  const left: string[] = [];
  const attempt = async (what: string, work: () => Promise<Reply>) => {
    try {
      const { status, body } = await work();
      if (status === 200 || status === 404) return body;
      left.push(`${what}: ${body?.error?.message ?? status}`);
    } catch (error) {
      left.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  for (const id of made.triggers) {
    await attempt(`the webhook ${id}`, () => account.admin("DELETE", `triggers/${id}`));
  }
  for (const resourceType of ["image", "raw"]) {
    await attempt(
      `${resourceType} assets whose public_id begins with ${prefix}`,
      () =>
        account.admin("DELETE", `resources/${resourceType}/upload`, {
          form: [["prefix", prefix], ["invalidate", "false"]],
        }),
    );
  }
  for (const [assetId, versions] of made.versions) {
    if (!keepsBackups && !made.backedUp.has(assetId)) continue;
    await attempt(
      `the backup of ${assetId}`,
      () =>
        account.admin("DELETE", `resources/backup/${assetId}`, {
          form: [...versions].map((version) => ["version_ids[]", version]),
        }),
    );
  }
  for (const folder of made.folders) {
    await attempt(
      `the folder ${folder}`,
      () => account.admin("DELETE", `folders/${encodeURIComponent(folder)}`),
    );
  }
  return left;
}
