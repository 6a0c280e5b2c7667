import { formatAgo, formatBytes, nameOf } from "../state/format.ts";
import { texts } from "../texts/mod.ts";
import { type CellProps, SelectBox } from "./asset-tile.tsx";
import { memo } from "./memo.ts";
import { StatusDot } from "./sync-status.tsx";
import { Thumbnail } from "./thumbnail.tsx";

/** In CSS pixels. */
export const ROW_HEIGHT = 60;

/** An asset as a row of a list. */
export const AssetRow = memo(function AssetRow({ item, source, index, ...props }: CellProps) {
  const { isActive, canSelect, isOpen, isSelected, isLeaving, onOpen, onSelect } = props;
  if (item === undefined) {
    return (
      <div role="gridcell" class="line line-empty" data-index={index} aria-busy="true">
        <span class="thumbnail" />
      </div>
    );
  }
  const name = nameOf(item);
  const state = `${isOpen ? " line-open" : ""}${isSelected ? " line-selected" : ""}`;
  return (
    <div
      role="gridcell"
      class={`line${state}${isLeaving ? " leaving" : ""}`}
      data-index={index}
      data-id={item.id}
      aria-selected={canSelect ? isSelected : undefined}
    >
      {canSelect && <SelectBox {...{ item, index, name, isActive, isSelected, onSelect }} />}
      <button
        type="button"
        class="opener"
        tabIndex={isActive ? 0 : -1}
        onClick={(event) =>
          canSelect && (event.ctrlKey || event.metaKey || event.shiftKey)
            ? onSelect(item, index, event.shiftKey)
            : onOpen(item, index)}
      >
        <Thumbnail item={item} source={source} />
        <span class="line-name">
          <strong>{name}</strong>
          <span class="quiet">{item.folder || texts.asset.rootFolder}</span>
        </span>
        <span class="line-tags">
          {item.tags.slice(0, 3).map((tag) => <span class="chip" key={tag}>{tag}</span>)}
          {item.tags.length > 3 && <span class="quiet">+{item.tags.length - 3}</span>}
        </span>
        <span class="line-fact">{item.format ?? item.resource_type}</span>
        <span class="line-fact">{formatBytes(item.bytes)}</span>
        <span class="line-fact line-time">{formatAgo(item.updated_at)}</span>
        <StatusDot status={item.sync_status} />
      </button>
    </div>
  );
});
