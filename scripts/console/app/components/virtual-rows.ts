import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  type VirtualItem,
  Virtualizer,
} from "@tanstack/virtual-core";
import type { RefObject } from "preact";
import { useLayoutEffect, useReducer, useRef } from "preact/hooks";

interface RowsOptions {
  scroll: RefObject<HTMLElement | null>;
  count: number;
  /** In CSS pixels. */
  rowHeight: number;
  /** Rows beyond those that are seen. */
  overscan?: number;
}

/** What of a long list is to be drawn. */
export interface VirtualRows {
  rows: VirtualItem[];
  /** Of all rows, in CSS pixels. */
  height: number;
  scrollTo(row: number): void;
}

/** Draws of a list's rows, all of one height, only those that are seen. */
export function useVirtualRows(
  { scroll, count, rowHeight, overscan = 4 }: RowsOptions,
): VirtualRows {
  const [, redraw] = useReducer((times: number) => times + 1, 0);
  const virtualizer = useRef<Virtualizer<HTMLElement, Element>>(null);
  const options = {
    count,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    onChange: () => redraw(undefined),
  };
  virtualizer.current ??= new Virtualizer<HTMLElement, Element>(options);
  const rows = virtualizer.current;
  rows.setOptions(options);
  useLayoutEffect(() => rows._didMount(), []);
  useLayoutEffect(() => rows._willUpdate());
  useLayoutEffect(() => rows.measure(), [rowHeight]);
  return {
    rows: rows.getVirtualItems(),
    height: rows.getTotalSize(),
    scrollTo: (row) => rows.scrollToIndex(row, { align: "auto" }),
  };
}
