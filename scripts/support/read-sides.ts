/** Reads both sides of a local stack whole: the emulated library and the live rows. */
import { type AssetRow, comparedColumns, type Resource } from "./compare-sides.ts";

/** Everything on both sides. */
export interface Sides {
  resources: Resource[];
  rows: AssetRow[];
}

/** A stack, as far as it is read. */
interface ReadStack {
  info: { cloudinary_http: string };
  sql<Row>(text: string): Promise<Row[]>;
}

/**
 * Reads the emulator's state and every live row.
 *
 * @throws Error when the emulator does not answer as it should.
 */
export async function readSides({ info, sql }: ReadStack): Promise<Sides> {
  const response = await fetch(`${info.cloudinary_http}/_emulator/state`);
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`the Cloudinary emulator answered ${response.status} for its state`);
  }
  const { assets } = await response.json() as { assets: Resource[] };
  const rows = await sql<AssetRow>(
    `select ${comparedColumns.join(", ")} from public.media_assets where deleted_at is null`,
  );
  return { resources: assets, rows };
}
