import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { MediaItem } from "../../../../supabase/client/mod.ts";
import type { Library } from "../state/library.ts";
import { texts } from "../texts/mod.ts";
import { AssetRow, ROW_HEIGHT } from "./asset-row.tsx";
import { AssetTile, TILE_TEXT } from "./asset-tile.tsx";
import { moveWithin } from "./move-within.ts";
import { useVirtualRows } from "./virtual-rows.ts";

interface AssetGridProps {
  library: Library;
  layout: "grid" | "list";
  /** Whether assets can be selected. */
  canSelect: boolean;
  /** The asset that is shown beside the list. */
  openId: string | null;
  onOpen(item: MediaItem): void;
  /** Address of an asset's picture, for a width in CSS pixels. */
  picture(item: MediaItem, width: number): string | null;
  label: string;
}

/** Width of a tile at least, and the space between two, in CSS pixels. */
const TILE = 168;
const GAP = 16;

/** A list of any length as tiles or rows: one cell has the focus, arrows move it, Enter opens, Space selects. */
export function AssetGrid(
  { library, layout, canSelect, openId, onOpen, picture, label }: AssetGridProps,
) {
  const scroll = useRef<HTMLDivElement>(null);
  const width = useWidth(scroll);
  const [active, setActive] = useState(0);
  const takesFocus = useRef(false);
  const assets = library.assets.value!;
  void assets.version.value;
  const total = assets.total.value ?? 0;
  const isGrid = layout === "grid";
  const columns = isGrid ? Math.max(2, Math.floor((width + GAP) / (TILE + GAP))) : 1;
  const tileWidth = (width - GAP * (columns - 1)) / columns;
  const rowHeight = isGrid ? Math.round(tileWidth * 0.75) + TILE_TEXT + GAP : ROW_HEIGHT;
  const { rows, height, scrollTo } = useVirtualRows({
    scroll,
    count: width === 0 ? 0 : Math.ceil(total / columns),
    rowHeight,
  });
  const first = (rows[0]?.index ?? 0) * columns;
  const last = ((rows.at(-1)?.index ?? 0) + 1) * columns - 1;
  useEffect(() => assets.look(first, last), [assets, first, last, assets.version.value]);
  // Another list begins at its top.
  useEffect(() => {
    scroll.current?.scrollTo({ top: 0 });
    setActive(0);
  }, [assets]);
  useLayoutEffect(() => {
    if (!takesFocus.current) return;
    const cell = scroll.current?.querySelector<HTMLElement>(`[data-index="${active}"] .opener`);
    if (cell) {
      takesFocus.current = false;
      cell.focus({ preventScroll: true });
    }
  });

  const onKeyDown = (event: KeyboardEvent) => {
    const item = assets.at(active);
    if (event.key === " " && canSelect && item && isOpener(event.target)) {
      event.preventDefault();
      select(item, active, event.shiftKey);
      return;
    }
    const page = Math.max(1, Math.floor((scroll.current?.clientHeight ?? 0) / rowHeight));
    const next = moveWithin(event, { active, total, columns, page });
    if (next === undefined) return;
    event.preventDefault();
    takesFocus.current = true;
    scrollTo(Math.floor(next / columns));
    setActive(next);
  };
  const select = (item: MediaItem, index: number, isRange: boolean) => {
    setActive(index);
    if (isRange) library.selection.extend(index, (from, to) => assets.slice(from, to));
    else library.selection.toggle(item, index);
  };
  // The same ones for good, so that a cell of which nothing has changed is not drawn again.
  const latest = useRef({ onOpen, select });
  latest.current = { onOpen, select };
  const acts = useMemo(() => ({
    onOpen: (item: MediaItem, index: number) => {
      setActive(index);
      latest.current.onOpen(item);
    },
    onSelect: (item: MediaItem, index: number, isRange: boolean) =>
      latest.current.select(item, index, isRange),
  }), []);
  const cell = (index: number) => {
    const item = assets.at(index);
    const props = {
      index,
      isActive: index === active,
      canSelect,
      isOpen: item !== undefined && item.id === openId,
      isSelected: item !== undefined && library.selection.has(item.id),
      isLeaving: item !== undefined && library.leaving.value.has(item.id),
      onOpen: acts.onOpen,
      onSelect: acts.onSelect,
    };
    return isGrid
      ? (
        <AssetTile
          key={item?.id ?? index}
          item={item}
          source={item ? picture(item, tileWidth) : null}
          {...props}
        />
      )
      : (
        <AssetRow
          key={item?.id ?? index}
          item={item}
          source={item ? picture(item, 56) : null}
          {...props}
        />
      );
  };

  return (
    <div class="asset-scroll" ref={scroll}>
      <div
        role="grid"
        class={`asset-${layout}`}
        aria-label={label}
        aria-rowcount={Math.ceil(total / columns)}
        aria-multiselectable={canSelect}
        style={{ height: `${height}px` }}
        onKeyDown={onKeyDown}
      >
        {rows.map(({ index, start }) => (
          <div
            role="row"
            key={index}
            class="asset-line"
            aria-rowindex={index + 1}
            style={{
              transform: `translateY(${start}px)`,
              height: `${rowHeight - (isGrid ? GAP : 0)}px`,
              gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
            }}
          >
            {Array.from(
              { length: Math.min(columns, total - index * columns) },
              (_, column) => cell(index * columns + column),
            )}
          </div>
        ))}
      </div>
      {assets.total.value === undefined && !assets.error.value && (
        <p class="quiet centered" role="status">{texts.loading}</p>
      )}
    </div>
  );
}

function isOpener(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.classList.contains("opener");
}

function useWidth(ref: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = ref.current!;
    const measure = () => {
      const { paddingLeft, paddingRight } = getComputedStyle(element);
      setWidth(element.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);
  return width;
}
