import type { Stack } from "../../scripts/local/stack-options.ts";
import {
  type Observation,
  toObservation,
} from "../../supabase/functions/_shared/cloudinary/observation.ts";

/** Lists the stack's emulated library as the function does, one page of 500 after the other. */
export async function listLibrary({ info }: Stack): Promise<unknown[][]> {
  const { username, password, hostname } = new URL(info.cloudinary_url);
  const headers = { authorization: `Basic ${btoa(`${username}:${password}`)}` };
  const pages: unknown[][] = [];
  for (const type of ["image", "video", "raw"]) {
    let cursor: string | undefined = "";
    while (cursor !== undefined) {
      const query = new URLSearchParams({
        ...{ tags: "true", context: "true", metadata: "true", moderations: "true" },
        max_results: "500",
        ...(cursor === "" ? {} : { next_cursor: cursor }),
      });
      const response = await fetch(
        `${info.cloudinary_http}/v1_1/${hostname}/resources/${type}?${query}`,
        { headers },
      );
      const page: { resources: unknown[]; next_cursor?: string } = await response.json();
      pages.push(page.resources);
      cursor = page.next_cursor;
    }
  }
  return pages;
}

/** What the function makes of a listed asset. */
export function observe(resource: unknown): Observation {
  return toObservation(resource, { folderMode: "dynamic" });
}
