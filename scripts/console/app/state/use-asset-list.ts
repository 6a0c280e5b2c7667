import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { MediaItem, MediaQuery } from "../../../../supabase/client/mod.ts";
import { useApp } from "./use-app.ts";

/** The beginning of a list of assets, kept up to date. */
export interface AssetList {
  /** Undefined while it is being read. */
  items: MediaItem[] | undefined;
  total: number;
  error: unknown;
  refresh(): Promise<void>;
}

/** Reads the first assets that match, and again whenever something changes. */
export function useAssetList(query: MediaQuery, limit = 50): AssetList {
  const { media, live } = useApp();
  const items = useSignal<MediaItem[] | undefined>(undefined);
  const total = useSignal(0);
  const error = useSignal<unknown>(undefined);
  const key = JSON.stringify(query);
  const asked = useRef(0);
  const refresh = async () => {
    const turn = ++asked.current;
    try {
      const page = await media.list(query).page({ page: 1, limit, include: [] });
      // An answer that was overtaken tells of the past.
      if (turn !== asked.current) return;
      items.value = page.items;
      total.value = page.pagination.total;
      error.value = undefined;
    } catch (failure) {
      if (turn === asked.current) error.value = failure;
    }
  };
  useEffect(() => {
    refresh();
    return live.listen(() => {
      refresh();
    });
  }, [key]);
  return { items: items.value, total: total.value, error: error.value, refresh };
}
