import { imageSize } from "image-size";
import { createHash } from "node:crypto";
import { badRequest } from "../shapes/failure.ts";
import type { ResourceType } from "../store/asset.ts";

/** What a file's bytes tell about it. */
export interface Probe {
  readonly resource_type: ResourceType;
  readonly format?: string | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly pages?: number | undefined;
  readonly duration?: number | undefined;
  readonly contentType: string;
}

/** Largest file of each resource type in bytes (the free plan's limits). */
const MAXIMUM_BYTES: Readonly<Record<ResourceType, number>> = {
  image: 10_485_760,
  video: 104_857_600,
  raw: 10_485_760,
};

const IMAGE_FORMATS: Readonly<Record<string, string>> = { jpeg: "jpg", jpg: "jpg", tif: "tiff" };

/**
 * Looks at a file's bytes: a real image tells its real format and size.
 *
 * @param wanted the resource type that the call asks for
 * @throws Failure 400 when the bytes are not of that type, or too many
 */
export function probeContent(
  bytes: Uint8Array,
  wanted: ResourceType | "auto",
  filename: string,
): Probe {
  if (bytes.length === 0) throw badRequest("Empty file");
  const image = wanted === "image" || wanted === "auto" ? probeImage(bytes) : undefined;
  const video = wanted === "video" || wanted === "auto" ? probeVideo(bytes) : undefined;
  if (wanted === "image" && image === undefined) throw badRequest("Invalid image file");
  if (wanted === "video" && video === undefined) {
    throw badRequest("Unsupported video format or file");
  }
  const probe = image ?? video ?? {
    resource_type: "raw" as const,
    contentType: /\.(txt|csv|json|md)$/i.test(filename)
      ? "text/plain; charset=utf-8"
      : "application/octet-stream",
  };
  const maximum = MAXIMUM_BYTES[probe.resource_type];
  if (bytes.length > maximum) {
    throw badRequest(`File size too large. Got ${bytes.length}. Maximum is ${maximum}.`);
  }
  return probe;
}

/** The md5 of the content: Cloudinary's `etag`. */
export function contentEtag(bytes: Uint8Array): string {
  return createHash("md5").update(bytes).digest("hex");
}

function probeImage(bytes: Uint8Array): Probe | undefined {
  if (startsWith(bytes, "%PDF")) return probePdf(bytes);
  try {
    const { width, height, type } = imageSize(bytes);
    const format = IMAGE_FORMATS[type ?? ""] ?? type;
    const contentType = format === "svg"
      ? "image/svg+xml"
      : `image/${type === "jpg" ? "jpeg" : type}`;
    return {
      resource_type: "image",
      format,
      width: Math.round(width),
      height: Math.round(height),
      contentType,
    };
  } catch {
    // The library throws for anything that is no image: that is an answer, not an error.
    return undefined;
  }
}

function probePdf(bytes: Uint8Array): Probe {
  const text = new TextDecoder("latin1").decode(bytes);
  const pages = text.match(/\/Type\s*\/Page[^s]/g)?.length ?? 1;
  return {
    resource_type: "image",
    format: "pdf",
    width: 612,
    height: 792,
    pages,
    contentType: "application/pdf",
  };
}

function probeVideo(bytes: Uint8Array): Probe | undefined {
  const video = (format: string, contentType: string): Probe => ({
    resource_type: "video",
    format,
    duration: 1,
    contentType,
  });
  if (startsWith(bytes.subarray(4), "ftyp")) {
    const brand = new TextDecoder("latin1").decode(bytes.subarray(8, 12));
    // AVIF and HEIC share the container with MP4, but are pictures.
    if (/^(avif|avis|heic|heix|mif1|msf1)/.test(brand)) return undefined;
    return { ...video(brand === "qt  " ? "mov" : "mp4", "video/mp4"), width: 16, height: 16 };
  }
  if (bytes[0] === 0x1a && bytes[1] === 0x45 && bytes[2] === 0xdf && bytes[3] === 0xa3) {
    return { ...video("webm", "video/webm"), width: 16, height: 16 };
  }
  if (startsWith(bytes, "ID3") || (bytes[0] === 0xff && bytes[1] === 0xfb)) {
    return video("mp3", "audio/mpeg");
  }
  if (startsWith(bytes, "OggS")) return video("ogg", "audio/ogg");
  if (startsWith(bytes, "RIFF") && startsWith(bytes.subarray(8), "WAVE")) {
    return video("wav", "audio/wav");
  }
  return undefined;
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (bytes[index] !== text.charCodeAt(index)) return false;
  }
  return true;
}
