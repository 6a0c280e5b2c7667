import { CloudinaryError } from "../errors.ts";
import { type FolderMode, isPlaceholder, type Observation } from "../observation.ts";
import { nextCursorOf, observeAll } from "../observe.ts";
import type { RateLimit } from "../rate-limit.ts";
import type { Answer, Transport } from "../transport.ts";
import { FLAGS } from "./flags.ts";

/** Ids that a look-up answers for certain: the smallest number that Cloudinary's pages name. */
const CERTAIN = 10;
/** The largest number that they name. */
const MOST = 100;

/** What one question brought: the assets, and the ids that are denied in so many words. */
interface Shown {
  observations: Observation[];
  placeholders: string[];
  /** Assets came without an asset_id: they may be any of those that seem to be missing. */
  nameless: boolean;
  /** Characters of JSON. */
  size: number;
  rateLimit: RateLimit | null;
}

/**
 * Look-ups of many assets by asset_id.
 *
 * Cloudinary's pages disagree how many ids one call takes (10 or 100), and none says what becomes of the others: they may
 * be refused or left out without a word. So an id that an answer does not show is asked for again, ten a call at most, and
 * only what is denied then as well is absent. What the answers tell about the number is remembered.
 */
export function createAssetLookUp(transport: Transport, folderMode: () => FolderMode | undefined) {
  /** As told by whoever knows, and as answers have shown. */
  let [told, shown] = [MOST, MOST];
  const cap = () => Math.min(told, shown);

  const ask = async (ids: string[]): Promise<Shown> => {
    const answer: Shown = {
      observations: [],
      placeholders: [],
      nameless: false,
      size: 0,
      rateLimit: null,
    };
    let cursor: string | null = null;
    // A page shows one asset at least; more pages than ids are none of ours.
    for (let page = 0; page < ids.length; page++) {
      const query: [string, string][] = [
        ...FLAGS,
        ["max_results", String(ids.length)],
        ...ids.map((id): [string, string] => ["asset_ids[]", id]),
        ...(cursor === null ? [] : [["next_cursor", cursor] satisfies [string, string]]),
      ];
      const { data, rateLimit, size = 0 } = await transport.viaFetch("GET resources/by_asset_ids", {
        method: "GET",
        path: ["resources", "by_asset_ids"],
        query,
      });
      const assets = observeAll(data.resources, { folderMode: folderMode() });
      const named = assets.filter((asset) => ids.includes(asset.asset_id));
      answer.observations.push(...named);
      answer.nameless ||= named.length < assets.length;
      answer.placeholders.push(...placeholdersOf(data.resources));
      answer.rateLimit = rateLimit ?? answer.rateLimit;
      answer.size += size;
      cursor = nextCursorOf(data);
      if (cursor === null) return answer;
    }
    throw new CloudinaryError("Cloudinary's answer to a look-up did not end.", {
      code: "unavailable",
    });
  };

  /** Asks for a batch, and ten at a time for those of it that were not shown. */
  const settle = async (batch: string[]): Promise<Shown> => {
    const answer = await ask(batch);
    const first = answer.observations.length + answer.placeholders.length;
    const open = without(batch, answer);
    for (let start = 0; start < open.length; start += CERTAIN) {
      const rest = open.slice(start, start + CERTAIN);
      const again = await ask(rest);
      if (again.observations.length > 0 && batch.length > CERTAIN) {
        // The first answer was cut: from now on no question is longer than it was.
        shown = Math.min(shown, Math.max(CERTAIN, first));
      }
      answer.observations.push(...again.observations);
      answer.placeholders.push(...again.placeholders);
      if (again.nameless) answer.observations.push(...without(rest, again).map(nameless));
      answer.rateLimit = again.rateLimit ?? answer.rateLimit;
      answer.size += again.size;
    }
    return answer;
  };

  return {
    /** The assets that exist among many asset ids. Those that the answer lacks were denied twice, or are placeholders. */
    async getAssetsByIds(request: { assetIds: string[] }): Promise<Answer<Observation[]>> {
      const ids = [...new Set(request.assetIds)];
      const found: Observation[] = [];
      let rateLimit: RateLimit | null = null;
      let size = 0;
      for (let start = 0; start < ids.length;) {
        const batch = ids.slice(start, start + cap());
        try {
          const answer = await settle(batch);
          found.push(...answer.observations);
          rateLimit = answer.rateLimit ?? rateLimit;
          size += answer.size;
          start += batch.length;
        } catch (error) {
          if (!isSizeRefused(error, batch.length)) throw error;
          shown = CERTAIN;
        }
      }
      return { data: found, rateLimit, size };
    },

    /** How many ids a look-up may name, as far as answers have told or {@link useLookUpCap} has. */
    lookUpCap: cap,

    /** Tells the client how many ids a look-up may name, where that is known already. */
    useLookUpCap: (known: number): void => {
      told = Math.min(MOST, Math.max(CERTAIN, known));
    },
  };
}

function without(ids: string[], { observations, placeholders }: Shown): string[] {
  const told = new Set([...observations.map((asset) => asset.asset_id), ...placeholders]);
  return ids.filter((id) => !told.has(id));
}

/** An asset that may have been shown without its asset_id is neither known nor absent. */
function nameless(assetId: string): Observation {
  return {
    ...{ asset_id: assetId, public_id: "", resource_type: "", type: "", extra: {} },
    unstorable: "Cloudinary shows it without its asset_id.",
  };
}

function placeholdersOf(resources: unknown): string[] {
  return (Array.isArray(resources) ? resources : []).filter(isPlaceholder)
    .map(({ asset_id }) => String(asset_id));
}

function isSizeRefused(error: unknown, size: number): boolean {
  return error instanceof CloudinaryError && size > CERTAIN &&
    (error.code === "bad_request" || error.status === 414 || error.status === 413);
}
