import { useState } from "preact/hooks";
import type { MediaItem } from "../../../../supabase/client/mod.ts";
import { formatDuration } from "../state/format.ts";
import { Icon, type IconName } from "./icon.tsx";

/** Endings of files that are heard, not seen; Cloudinary calls them videos. */
const AUDIO = new Set(["mp3", "wav", "ogg", "oga", "m4a", "aac", "flac", "opus", "aiff", "wma"]);

/** What an asset is, for its icon. */
export function kindOf({ resource_type, format }: MediaItem): IconName {
  if (resource_type === "image") return "image";
  if (resource_type === "raw") return "file";
  return AUDIO.has(format ?? "") ? "audio" : "video";
}

interface ThumbnailProps {
  item: MediaItem;
  /** Address of the picture; null shows an icon. */
  source: string | null;
  /** Large ones show the whole picture, small ones fill their place. */
  fit?: "cover" | "contain";
}

/** The picture of an asset; what has none, or whose picture does not come, has an icon. */
export function Thumbnail({ item, source, fit = "cover" }: ThumbnailProps) {
  const [failed, setFailed] = useState<string | null>(null);
  const kind = kindOf(item);
  const isShown = source !== null && failed !== source && kind !== "audio";
  return (
    <span class={`thumbnail thumbnail-${fit}`}>
      {isShown
        ? (
          <img
            src={source}
            alt=""
            loading="lazy"
            decoding="async"
            draggable={false}
            onError={() => setFailed(source)}
          />
        )
        : (
          <span class="thumbnail-icon">
            <Icon name={kind} size={32} />
            {item.format && <span class="thumbnail-format">{item.format}</span>}
          </span>
        )}
      {item.type !== "upload" && (
        <span class="thumbnail-badge thumbnail-badge-start">
          <Icon name="lock" size={13} />
        </span>
      )}
      {item.duration !== null && (
        <span class="thumbnail-badge">{formatDuration(item.duration)}</span>
      )}
    </span>
  );
}
