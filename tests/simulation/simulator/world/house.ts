/** What runs share: the databases and the loaded functions. Opening them takes seconds, putting them back none. */
import { onRealMachine } from "../engine/machine.ts";
import { createKeys, functionEnvironment, type Keys } from "../../../../scripts/local/keys.ts";
import { copy } from "../mutants/files.ts";
import { openSimulatedDatabase } from "./database.ts";
import { loadFunctions } from "./functions.ts";
import { CLOUD_NAME, LIBRARY_URL, SYNC_KEY } from "./library.ts";
import type { Project } from "./network.ts";

/** Databases and functions. */
export interface House {
  keys: Keys;
  /** So many projects, at their beginning. */
  projects(count: number): Promise<Project[]>;
}

/** Other code than this repository's. */
export interface Variant {
  /** `supabase/` with a change. */
  folder: URL;
  /** Whether its SQL is another. */
  sql: boolean;
}

let copies = 0;

/** Each project has isolates of its own, with variables of their own in its modules. */
async function copyOfFunctions(supabase: URL, name: string): Promise<URL> {
  const folder = new URL(
    `../../../../.local/simulator/${Deno.pid}-${name}-${++copies}/`,
    import.meta.url,
  );
  await copy(new URL("functions/", supabase), folder);
  // Needed until the process ends: a module may be loaded late.
  addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  return folder;
}

/** Makes an empty house; its parts are opened when they are first needed. */
export function createHouse(variant?: Variant): House {
  const supabase = variant?.folder ?? new URL("../../../../supabase/", import.meta.url);
  const keys = createKeys((bytes) => new Uint8Array(bytes).fill(7));
  const opened: Project[] = [];

  const open = async (index: number): Promise<Project> => {
    const name = "ab"[index]!;
    const url = `http://project-${name}.test`;
    const environment = {
      ...functionEnvironment(url, keys),
      CLOUDINARY_URL:
        `cloudinary://${SYNC_KEY.key}:${SYNC_KEY.secret}@${CLOUD_NAME}?upload_prefix=${LIBRARY_URL}`,
    };
    for (const [variable, value] of Object.entries(environment)) Deno.env.set(variable, value);
    return {
      name,
      url,
      environment,
      database: await openSimulatedDatabase(
        url,
        keys,
        variant?.sql ? decodeURIComponent(new URL("migrations/", supabase).pathname) : undefined,
      ),
      functions: await loadFunctions(
        index === 0 ? new URL("functions/", supabase) : await copyOfFunctions(supabase, name),
      ),
    };
  };
  return {
    keys,
    projects: async (count) => {
      while (opened.length < count) opened.push(await onRealMachine(() => open(opened.length)));
      const chosen = opened.slice(0, count);
      for (const { database } of chosen) database.reset();
      return chosen;
    },
  };
}
