import type { MediaItem, MediaQuery } from "../../../../supabase/client/mod.ts";

/** The kinds of `accept`, such as `image/*` and `.pdf`. */
function kindsOf(accept: string): string[] {
  return accept.split(",").map((kind) => kind.trim().toLowerCase()).filter((kind) => kind !== "");
}

/** What the library is narrowed to, where all that is accepted is of one kind. */
export function toQuery(accept: string): MediaQuery {
  const types = new Set(
    kindsOf(accept).map((kind): MediaItem["resource_type"] =>
      kind.startsWith("image/") ? "image" : /^(video|audio)\//.test(kind) ? "video" : "raw"
    ),
  );
  const [type] = types;
  return types.size === 1 ? { resource_type: type } : {};
}

/** Whether a file is accepted, as browsers judge it. */
export function isAccepted({ name, type }: Pick<File, "name" | "type">, accept: string): boolean {
  const kinds = kindsOf(accept);
  return kinds.length === 0 ||
    kinds.some((kind) =>
      kind.startsWith(".")
        ? name.toLowerCase().endsWith(kind)
        : kind.endsWith("/*")
        ? type.startsWith(kind.slice(0, -1))
        : type === kind
    );
}
