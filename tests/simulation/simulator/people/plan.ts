/** The plan of a run: everything that people will do and what may go wrong, drawn from the seed before it begins. */
import type { Encounter } from "../world/encounters.ts";
import type { Weather } from "../world/weather.ts";

/** A value that a person gives to a field; null removes a key. */
export type Value = string | null;

/** What a person changes about one asset. */
export interface Change {
  add_tags?: string[];
  remove_tags?: string[];
  /** Replaces all tags. */
  tags?: string[];
  context?: Record<string, Value>;
  metadata?: Record<string, Value>;
  display_name?: string;
  folder?: string;
  public_id?: string;
}

/** What one person does at one moment. Assets go by keys that never change: `a0` …, and `u<act>` for uploads. */
export type Deed =
  | { do: "edit"; side: "here" | "there"; asset: string; change: Change; by: "sql" | "patch" }
  /** Puts an earlier edit's fields back to what they were before it. */
  | { do: "undo"; side: "here" | "there"; of: number; by: "sql" | "patch" }
  /** Gives each asset the name of the next: in one statement, or one after the other through a free name. */
  | { do: "rotate"; side: "here" | "there"; assets: string[] }
  | { do: "delete"; side: "here" | "there"; asset: string; by: "sql" | "http" }
  | { do: "restore"; side: "here" | "there"; asset: string; by: "sql" | "http" }
  | { do: "upload"; side: "here" | "there"; public_id: string; folder: string; change: Change }
  | { do: "overwrite"; asset: string }
  | { do: "rename_folder"; from: string; to: string }
  | { do: "policy"; policy: Policy }
  | { do: "scope"; folders: string[] }
  | { do: "sync"; body: Record<string, unknown> }
  | { do: "resolve"; asset: string; keep: "cloudinary" | "database" }
  | { do: "fault"; faults: Record<string, unknown>; behavior?: Record<string, unknown> }
  /** What the next messages of a kind meet, whatever the weather; no seed draws it. */
  | { do: "meet"; encounter: Encounter };

/** How a value changed on both sides is decided. */
export type Policy = "cloudinary" | "database" | "newest" | "manual";

/** A deed and when it is done. */
export type Act = Deed & {
  id: number;
  /** Virtual ms since the end of the first sync. */
  at: number;
  /** Which of several databases, where the deed is done here. */
  project: number;
};

/** An asset that the library holds at first. */
export interface InitialAsset {
  key: string;
  public_id: string;
  folder: string;
  tags: string[];
  context: Record<string, string>;
  metadata: Record<string, string>;
  display_name: string;
}

/** A whole run. */
export interface Plan {
  seed: number;
  folderMode: "dynamic" | "fixed";
  policy: Policy;
  /** How many databases mirror the library. */
  projects: number;
  includeFolders: string[];
  webhooks: boolean;
  assets: InitialAsset[];
  acts: Act[];
  /** Until the last act. */
  weather: Weather;
  /** Switches of the emulator for what is not documented. */
  behavior: Record<string, unknown>;
}
