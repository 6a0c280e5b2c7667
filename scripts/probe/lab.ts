import type { Surroundings } from "../support/command.ts";
import type { Account, Reply } from "./account.ts";
import type { Receiver } from "./receiver.ts";

/** A PNG of one pixel, 70 bytes. */
const PICTURE =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const TEXT = "data:text/plain;base64,cHJvYmU=";
export const PICTURE_BYTES = 70;

/** How often something is looked for, in milliseconds. */
const PACE_MS = 500;
/** How long it is looked for. */
const PATIENCE_MS = 60_000;

/** What experiments work with. */
export interface Lab {
  account: Account;
  /** Every public_id, folder and tag of the probe begins with it. */
  prefix: string;
  folderMode: "dynamic" | "fixed";
  /** Null where no notification can be received. */
  receiver: Receiver | null;
  /** A public_id of the probe's. */
  name(name: string): string;
  /** Uploads an asset of one pixel (or a few letters). */
  put(
    name: string,
    parameters?: Record<string, string>,
    resourceType?: "image" | "raw",
  ): Promise<Reply>;
  /** Remembers a version that Cloudinary has told, of which it may keep a backup. */
  remember(resource: { asset_id?: unknown; version_id?: unknown }): void;
  /** The detail of an image. */
  detail(name: string): Promise<Reply>;
  wait(milliseconds: number): Promise<void>;
  /** Looks again and again; undefined when it was not found in a minute. */
  until<Value>(look: () => Promise<Value | undefined> | Value | undefined): Promise<
    Value | undefined
  >;
  /** What `cleanUp` has to know. */
  made: {
    folders: Set<string>;
    triggers: Set<string>;
    /** version_ids by asset_id. */
    versions: Map<string, Set<string>>;
    /** asset_ids of those that asked for a backup. */
    backedUp: Set<string>;
  };
}

/** Opens a lab in an account. */
export function openLab(
  account: Account,
  prefix: string,
  folderMode: "dynamic" | "fixed",
  receiver: Receiver | null,
  { sleep, signal }: Pick<Surroundings, "sleep" | "signal">,
): Lab {
  const made: Lab["made"] = {
    folders: new Set(),
    triggers: new Set(),
    versions: new Map(),
    backedUp: new Set(),
  };
  const name = (part: string) => `${prefix}-${part}`;
  const remember: Lab["remember"] = ({ asset_id, version_id }) => {
    if (typeof asset_id !== "string" || typeof version_id !== "string") return;
    made.versions.set(asset_id, (made.versions.get(asset_id) ?? new Set()).add(version_id));
  };
  return {
    account,
    prefix,
    folderMode,
    receiver,
    made,
    name,
    remember,
    async put(part, parameters = {}, resourceType = "image") {
      const reply = await account.upload(
        `${resourceType}/upload`,
        { public_id: name(part), ...parameters },
        { file: resourceType === "image" ? PICTURE : TEXT },
      );
      remember(reply.body);
      if (parameters.backup === "true") made.backedUp.add(String(reply.body.asset_id));
      return reply;
    },
    detail: (part) =>
      account.admin("GET", `resources/image/upload/${encodeURIComponent(name(part))}`),
    wait: (milliseconds) => sleep(milliseconds, signal),
    async until(look) {
      for (let passed = 0; passed <= PATIENCE_MS; passed += PACE_MS) {
        const value = await look();
        if (value !== undefined) return value;
        await sleep(PACE_MS, signal);
      }
      return undefined;
    },
  };
}
