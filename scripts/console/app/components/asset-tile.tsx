import type { MediaItem } from "../../../../supabase/client/mod.ts";
import { formatBytes, nameOf } from "../state/format.ts";
import { texts } from "../texts/mod.ts";
import { Icon } from "./icon.tsx";
import { memo } from "./memo.ts";
import { StatusDot } from "./sync-status.tsx";
import { Thumbnail } from "./thumbnail.tsx";

/** Height of what stands below a tile's picture, in CSS pixels. */
export const TILE_TEXT = 56;

/** What a cell of the library is told. */
export interface CellProps {
  /** Undefined while it is being read. */
  item: MediaItem | undefined;
  /** Address of its picture. */
  source: string | null;
  /** Its place in the list. */
  index: number;
  /** Whether the Tab key comes here. */
  isActive: boolean;
  canSelect: boolean;
  isOpen: boolean;
  isSelected: boolean;
  isLeaving: boolean;
  onOpen(item: MediaItem, index: number): void;
  onSelect(item: MediaItem, index: number, isRange: boolean): void;
}

/** An asset as a tile. */
export const AssetTile = memo(function AssetTile({ item, source, index, ...props }: CellProps) {
  const { isActive, canSelect, isOpen, isSelected, isLeaving, onOpen, onSelect } = props;
  if (item === undefined) {
    return (
      <div role="gridcell" class="tile tile-empty" data-index={index} aria-busy="true">
        <span class="thumbnail" />
      </div>
    );
  }
  const name = nameOf(item);
  const state = `${isOpen ? " tile-open" : ""}${isSelected ? " tile-selected" : ""}`;
  return (
    <div
      role="gridcell"
      class={`tile${state}${isLeaving ? " leaving" : ""}`}
      data-index={index}
      data-id={item.id}
      aria-selected={canSelect ? isSelected : undefined}
    >
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
        <span class="tile-name">{name}</span>
        <span class="tile-facts">
          <StatusDot status={item.sync_status} />
          <span class="clip">{item.folder || texts.asset.rootFolder}</span>
          <span>{formatBytes(item.bytes)}</span>
        </span>
      </button>
      {canSelect && <SelectBox {...{ item, index, name, isActive, isSelected, onSelect }} />}
    </div>
  );
});

interface SelectBoxProps extends Pick<CellProps, "index" | "isActive" | "isSelected" | "onSelect"> {
  item: MediaItem;
  name: string;
}

/** The box by which an asset is selected. */
export function SelectBox({ item, index, name, isActive, isSelected, onSelect }: SelectBoxProps) {
  return (
    <label class="select-box">
      <input
        type="checkbox"
        checked={isSelected}
        tabIndex={isActive ? 0 : -1}
        aria-label={texts.library.select(name)}
        onClick={(event) => onSelect(item, index, event.shiftKey)}
      />
      <span class="select-mark" aria-hidden="true">
        <Icon name="check" size={14} />
      </span>
    </label>
  );
}
