import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { MediaItem, MediaItemAnswer } from "../../../../supabase/client/mod.ts";
import { useApp } from "./use-app.ts";

/** One asset with what surrounds it, kept up to date. */
export interface AssetDetail {
  /** Undefined while it is being read. */
  answer: MediaItemAnswer | undefined;
  error: unknown;
  /** Reads it again. */
  refresh(): Promise<void>;
  /** Shows it as an edit has just made it, until it is read again. */
  show(item: MediaItem): void;
}

/** While an edit is on its way and no live updates come, it is asked for so often. */
const PENDING_MS = 1_500;

/** Reads an asset, and again whenever it changes. */
export function useAssetDetail(id: string): AssetDetail {
  const { media, live } = useApp();
  const answer = useSignal<MediaItemAnswer | undefined>(undefined);
  const error = useSignal<unknown>(undefined);
  const asked = useRef(0);
  const refresh = async () => {
    const turn = ++asked.current;
    try {
      const read = await media.get(id);
      // An answer that was overtaken tells of the past.
      if (turn !== asked.current) return;
      answer.value = read;
      error.value = undefined;
    } catch (failure) {
      if (turn === asked.current) error.value = failure;
    }
  };
  useEffect(() => {
    answer.value = undefined;
    refresh();
    return live.listen(({ ids, truncated }) => {
      if (truncated || ids.includes(id)) refresh();
    });
  }, [id]);
  const isPending = answer.value?.item.sync_status === "pending";
  useEffect(() => {
    if (!isPending) return;
    const timer = setInterval(() => !live.isLive.value && refresh(), PENDING_MS);
    return () => clearInterval(timer);
  }, [id, isPending]);
  const shown = answer.value?.item.id === id ? answer.value : undefined;
  const show = (item: MediaItem) => {
    const { value } = answer;
    if (value?.item.id === item.id) answer.value = { ...value, item: { ...value.item, ...item } };
  };
  return { answer: shown, error: error.value, refresh, show };
}
