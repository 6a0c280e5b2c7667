import type { Observation } from "./observation.ts";

/**
 * The SDK may have broken a character of several bytes into U+FFFD (see admin-api/assets.ts). What is stored must be what
 * is there, so that such an answer is read again.
 */
export async function readAgainIfBroken(
  told: Observation,
  getAsset: (reference: { assetId: string }) => Promise<{ data: Observation | null }>,
): Promise<Observation> {
  if (!JSON.stringify(told).includes("\uFFFD")) return told;
  const { data: intact } = await getAsset({ assetId: told.asset_id });
  return intact ?? told;
}
