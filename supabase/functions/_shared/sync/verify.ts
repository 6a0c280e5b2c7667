import type { FieldDifference } from "../contract/sync-overview.ts";
import type { SyncSession } from "./sync-session.ts";
import { walkLibrary } from "./walk-library.ts";

/** Where the two sides differ: the first 1,000 of each kind, and how many there are. */
export interface Verification {
  complete: boolean;
  note?: string;
  cloudinary_count: number;
  database_count: number;
  missing_in_database: string[];
  missing_in_database_count: number;
  missing_in_cloudinary: string[];
  missing_in_cloudinary_count: number;
  differing: FieldDifference[];
  differing_count: number;
}

const MOST = 1_000;

/** Compares both sides field by field. Nothing is written on either; health notes when it was, and with what outcome. */
export async function verify(session: SyncSession): Promise<Verification> {
  const { folder_mode } = await session.media.call("media_sync_due", {
    p_cloud_name: session.media.cloudName,
  });
  if (folder_mode !== null) session.cloudinary.useFolderMode(folder_mode);
  let counted = 0;
  const absentHere: string[] = [];
  const differing: FieldDifference[] = [];
  const walk = await walkLibrary(session, undefined, async (resources) => {
    const page = await session.media.call("media_sync_compare_page", {
      p_cloud_name: session.media.cloudName,
      p_observations: resources,
    });
    counted += page.counted;
    absentHere.push(...page.absent);
    differing.push(...page.differing);
  });
  // An unfinished listing says nothing about absence.
  const absent = await session.media.call("media_sync_absent_assets", {
    p_cloud_name: session.media.cloudName,
    p_seen: walk.complete ? walk.assetIds : [],
    p_resource_types: walk.complete ? walk.resourceTypes : [],
    p_limit: MOST,
  });
  if (walk.complete) {
    await session.media.call("media_sync_note_comparison", {
      p_differences: absentHere.length + absent.count + differing.length,
    });
  }
  return {
    complete: walk.complete,
    note: walk.note,
    cloudinary_count: counted,
    database_count: absent.live,
    missing_in_database: absentHere.slice(0, MOST),
    missing_in_database_count: absentHere.length,
    missing_in_cloudinary: absent.assets.map((asset) => asset.public_id),
    missing_in_cloudinary_count: absent.count,
    differing: differing.slice(0, MOST),
    differing_count: differing.length,
  };
}
