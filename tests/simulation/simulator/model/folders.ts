/** Folders that people rename in Cloudinary: a row goes with the folder that it is in. */
import type { Plan } from "../people/plan.ts";

/** What a folder is called after those that were renamed in Cloudinary after an act, and before another. */
export function renamedFolder(
  { acts }: Plan,
  after: number,
  folder: string,
  before = Infinity,
): string {
  return acts.filter(({ id }) => id > after && id < before).reduce(
    (name, act) =>
      act.do === "rename_folder" && `${name}/`.startsWith(`${act.from}/`)
        ? act.to + name.slice(act.from.length)
        : name,
    folder,
  );
}
