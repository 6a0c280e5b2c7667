import type { AnySupabaseClient } from "../../../../supabase/client/mod.ts";

/** An asset that somebody chose. */
export interface PickedAsset {
  /** Key of the asset; stays for life. */
  id: string;
  public_id: string;
  resource_type: "image" | "video" | "raw";
  /** Delivery URLs over HTTP and HTTPS; `client.url(asset, …)` gives other sizes. */
  url: string | null;
  secure_url: string | null;
  /** A small picture; null where there is none. */
  thumbnail_url: string | null;
  /** The alternative text that the library has, else an empty text. */
  alt: string;
  name: string;
}

/** `<media-picker>`: a button by which people search, upload and choose. Fires `change` when they have chosen. */
export interface MediaPicker extends HTMLElement {
  /** The app's client of supabase-js; its session decides what can be seen, and whether files can be uploaded. */
  client: AnySupabaseClient | null;
  /** Whether several may be chosen. */
  multiple: boolean;
  /** As of an `<input type="file">`: `image/*`, `image/png`, `video/*`, … */
  accept: string;
  /** What is chosen. */
  value: readonly PickedAsset[];
  /** Opens it, as the button does. */
  show(): void;
  close(): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "media-picker": MediaPicker;
  }
}
