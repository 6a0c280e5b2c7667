import type { MediaItem } from "../../../../supabase/client/mod.ts";
import { formatBytes, formatDuration, formatTime } from "../state/format.ts";
import { texts } from "../texts/mod.ts";
import { Disclosure } from "./disclosure.tsx";

/** What cannot be changed. */
export function AssetFacts({ item }: { item: MediaItem }) {
  const { facts } = texts.asset;
  const all: [string, string | null][] = [
    [facts.type, [texts.resourceTypes[item.resource_type], item.format].filter(Boolean).join(", ")],
    [facts.delivery, item.type === "upload" ? null : item.type],
    [facts.size, formatBytes(item.bytes)],
    [facts.dimensions, item.width === null ? null : `${item.width} × ${item.height}`],
    [facts.duration, item.duration === null ? null : formatDuration(item.duration)],
    [facts.original, item.original_filename],
    [facts.created, formatTime(item.created_at)],
    [facts.changed, formatTime(item.updated_at)],
  ];
  return (
    <Disclosure title={facts.title} isOpen>
      <dl class="fact-list">
        {all.map(([name, value]) =>
          value && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          )
        )}
      </dl>
    </Disclosure>
  );
}
