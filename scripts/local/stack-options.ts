/** What a local stack can be told, and what it tells. */
import type { StackInfo } from "../support/stack-info.ts";

/** Options of `startStack`; everything has a default. */
export interface StackOptions {
  /** 0 (default): any free port. */
  port?: number;
  /** The emulator's port; 0 (default): any free port. */
  cloudinaryPort?: number;
  /** `pglite` (default) or a `postgres://` URL whose role may create roles and extensions. */
  database?: string;
  /**
   * Another stack works on the same server's database, as isolates of one project do. Users, secrets and what the jobs call
   * are then of the stack that started last. Default false: it is refused.
   */
  sharesDatabase?: boolean;
  /** PGlite's folder; default: in memory. */
  dataDirectory?: string;
  /** How many assets the emulated library starts with. Default 0. */
  assets?: number;
  /** Makes the emulated library repeatable. */
  seed?: number;
  /** Which variant of every uncertain fact about Cloudinary the emulator takes; default `a`. */
  behavior?: "a" | "b";
  /** The emulated cloud's name. */
  cloudName?: string;
  /** Whether `cron.job` runs. Default true. */
  cron?: boolean;
  /** `real` takes CLOUDINARY_URL from `environment`. Default `emulated`. */
  cloudinary?: "emulated" | "real";
  /** Further environment of the functions, as a project's secrets. */
  environment?: Record<string, string>;
  /** No lines from functions and emulator on stderr. Default false. */
  quiet?: boolean;
  /** Told what is being done while the stack starts, a sentence each. Default: nothing. */
  onProgress?: (sentence: string) => void;
  /** Gets every line of functions, emulator and background parts; default: stderr unless quiet. */
  log?: (line: string) => void;
  /** Default: media-list, sync, webhook. */
  functionNames?: string[];
  /** Default: `supabase/functions/` of this repository. */
  functionsDirectory?: URL;
  /** The emulator's program. Default: `scripts/cloudinary-emulator/mod.ts`. */
  emulatorEntrypoint?: URL;
  /** Default: `supabase/migrations/` of this repository. */
  migrationsDirectory?: URL;
}

/** A running stack. */
export interface Stack {
  info: StackInfo;
  /** Runs one statement as the owner of the database. */
  sql<Row = Record<string, unknown>>(text: string, parameters?: unknown[]): Promise<Row[]>;
  /** The lines that a function has written, oldest first; the last 1,000. */
  functionLog(name: string): string[];
  /** Tells of each request to the data API, such as `POST /rest/v1/rpc/<function>`, until the returned function is called. */
  watchDataApi(watch: (request: string) => void): () => void;
  /** Null while the function has no process. */
  functionPid(name: string): number | null;
  /** SIGKILL; the next request starts a new process. */
  killFunction(name: string): Promise<void>;
  /** Ends the process and starts a new one; resolves with its pid. */
  restartFunction(name: string): Promise<number | null>;
  /** Ends everything that the stack started. May be called again. */
  stop(): Promise<void>;
}
