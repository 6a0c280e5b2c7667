import { type Asset, isResourceType } from "../store/asset.ts";
import type { State } from "../store/state.ts";
import { drawPicture } from "./draw-picture.ts";

/** What is delivered from. */
type Delivered = Pick<State, "account" | "assets" | "contents">;

/**
 * Delivers an asset below `/res/<cloud>/<resource_type>/<type>/…`: uploaded bytes as they came, and a
 * small real picture (PNG) or a few bytes of text for generated ones. Transformations are accepted
 * and ignored. Private and authenticated assets need a signed URL.
 *
 * @param segments the percent-decoded path below `/res`
 */
export function deliver(state: Delivered, segments: readonly string[]): Response {
  const [cloudName, resource_type, type, ...rest] = segments;
  if (cloudName !== state.account.cloudName || !isResourceType(resource_type)) return missing("");
  const isSigned = /^s--[\w-]+--$/.test(rest[0] ?? "");
  const parts = isSigned ? rest.slice(1) : rest;
  const version = parts.findIndex((part) => /^v\d+$/.test(part));
  const candidates = version >= 0
    ? [parts.slice(version + 1)]
    : parts.map((_, i) => parts.slice(i));
  for (const candidate of candidates) {
    const asset = findDelivered(state, resource_type, type ?? "", candidate.join("/"));
    if (asset === undefined) continue;
    if (asset.type !== "upload" && !isSigned) {
      return new Response(null, { status: 401, headers: { "x-cld-error": "deny or ACL failure" } });
    }
    return deliverAsset(state, asset);
  }
  return missing(candidates[0]?.join("/") ?? "");
}

function findDelivered(
  { assets }: Delivered,
  resource_type: Asset["resource_type"],
  type: string,
  path: string,
): Asset | undefined {
  const exact = assets.getByName({ resource_type, type, public_id: path });
  if (exact !== undefined) return exact.asset;
  if (resource_type === "raw") return undefined;
  const withoutExtension = path.replace(/\.\w+$/, "");
  return assets.getByName({ resource_type, type, public_id: withoutExtension })?.asset;
}

function deliverAsset({ contents }: Delivered, asset: Asset): Response {
  const headers = { etag: `"${asset.etag}"`, "access-control-allow-origin": "*" };
  const content = contents.get(asset.asset_id);
  if (content !== undefined) {
    const body = content.bytes as Uint8Array<ArrayBuffer>;
    return new Response(body, { headers: { ...headers, "content-type": content.contentType } });
  }
  if (asset.resource_type === "raw") {
    return new Response(`${asset.public_id}\n`, {
      headers: { ...headers, "content-type": "text/plain; charset=utf-8" },
    });
  }
  return new Response(drawPicture(asset) as Uint8Array<ArrayBuffer>, {
    headers: { ...headers, "content-type": "image/png" },
  });
}

function missing(id: string): Response {
  // Headers are bytes: anything outside ASCII is percent-encoded.
  return new Response(null, {
    status: 404,
    headers: { "x-cld-error": `Resource not found - ${encodeURI(id)}` },
  });
}
