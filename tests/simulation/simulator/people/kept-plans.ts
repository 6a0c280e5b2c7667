import type { Plan } from "./plan.ts";

/** A plan that was kept, with its file. */
export interface KeptPlan {
  file: string;
  plan: Plan;
}

/**
 * Reads plans.
 *
 * @param path One file, or a folder of them.
 * @returns The folder's plans in the order of their names; none where it holds none.
 */
export async function readKeptPlans(path: string): Promise<KeptPlan[]> {
  const files = (await Deno.stat(path)).isDirectory
    ? [...Deno.readDirSync(path)].map(({ name }) => `${path}/${name}`).filter((file) =>
      file.endsWith(".json")
    ).sort()
    : [path];
  return await Promise.all(files.map(async (file) => ({
    file,
    plan: JSON.parse(await Deno.readTextFile(file)) as Plan,
  })));
}
