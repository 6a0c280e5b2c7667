import type { MediaItem } from "../../../../supabase/client/mod.ts";
import { nameOf } from "../state/format.ts";
import { useApp } from "../state/use-app.ts";
import { kindOf, Thumbnail } from "./thumbnail.tsx";

/** An asset as large as its place allows; videos and sounds can be played. */
export function Preview({ item }: { item: MediaItem }) {
  const { media } = useApp();
  const kind = kindOf(item);
  const name = nameOf(item);
  const isOpen = item.type === "upload" && item.secure_url !== null;
  if (kind === "video" && isOpen) {
    return (
      <div class="preview">
        <video
          key={item.id}
          controls
          preload="none"
          aria-label={name}
          poster={media.url(item, { width: 800, poster: true }) ?? undefined}
          src={item.secure_url!}
        />
      </div>
    );
  }
  if (kind === "audio" && isOpen) {
    return (
      <div class="preview preview-audio">
        <Thumbnail item={item} source={null} />
        <audio controls preload="none" aria-label={name} src={item.secure_url!} />
      </div>
    );
  }
  return (
    <div class="preview">
      <Thumbnail
        item={item}
        fit="contain"
        source={item.resource_type === "image"
          ? media.url(item, { width: 800, pixelRatio: 1 }) ?? item.thumbnail_url
          : null}
      />
    </div>
  );
}
