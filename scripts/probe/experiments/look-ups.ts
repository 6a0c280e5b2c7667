import { type Finding, found, unknown } from "../finding.ts";
import type { Lab } from "../lab.ts";
import type { Experiment } from "./experiment.ts";

/** Assets that are looked up: more than the smallest number that a source names. */
const ASSETS = 12;
/** The numbers that sources name. */
const CERTAIN = 10;
const MOST = 100;

type Outcome = "whole" | "cut" | "refused";

/** How many ids a look-up takes, what becomes of more, and whether its answer comes in pages. */
export const lookUps: Experiment = {
  facts: ["look_up_cap", "look_up_cap_silent", "look_up_pages"],
  adminCalls: 11,
  async run(lab) {
    const ids = await uploadAssets(lab);
    const pages = await lookUp(lab, ids.slice(0, CERTAIN), 5);
    const hasPages = pages.shown === 5 && pages.goesOn;
    const findings: Finding[] = [
      found(
        "look_up_pages",
        hasPages,
        `max_results=5 of ${CERTAIN} ids: ${pages.shown} assets`,
      ),
    ];

    let [takes, refuses] = [CERTAIN, MOST + 1];
    let beyond: Outcome | undefined;
    const tryWith = async (size: number) => {
      const outcome = await outcomeOf(lab, ids, size);
      if (outcome === "whole") takes = size;
      else [refuses, beyond] = [size, outcome];
      return outcome;
    };
    // First the numbers that sources name, then whatever lies between them.
    const first = await tryWith(ASSETS) === "whole" && await tryWith(MOST) === "whole" &&
      await tryWith(MOST + 1) === "whole";
    if (first) {
      const seen = `${MOST + 1} ids are answered`;
      return [
        ...findings,
        found("look_up_cap", MOST + 1, seen),
        unknown("look_up_cap_silent", seen),
      ];
    }
    if (takes === CERTAIN && refuses === ASSETS) await tryWith(CERTAIN + 1);
    while (refuses - takes > 1 && takes >= ASSETS) await tryWith((takes + refuses) >> 1);
    const seen = `${takes} ids are answered, ${refuses} are ${beyond}`;
    return [
      ...findings,
      found("look_up_cap", takes, seen),
      found("look_up_cap_silent", beyond === "cut", seen),
    ];
  },
};

async function uploadAssets(lab: Lab): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < ASSETS; index++) {
    ids.push(String((await lab.put(`look-up-${index}`)).body.asset_id));
  }
  return ids;
}

/** Asks for so many ids, the assets' own last: those are the ones that a cut would lose. */
async function outcomeOf(lab: Lab, ids: string[], size: number): Promise<Outcome> {
  const real = ids.slice(0, Math.min(size, ids.length));
  const invented = Array.from(
    { length: size - real.length },
    () => crypto.randomUUID().replaceAll("-", ""),
  );
  const { status, shown } = await lookUp(lab, [...invented, ...real], 500);
  if (status !== 200) return "refused";
  return shown === real.length ? "whole" : "cut";
}

async function lookUp({ account }: Lab, ids: string[], maxResults: number) {
  const { status, body } = await account.admin("GET", "resources/by_asset_ids", {
    query: [
      ["max_results", String(maxResults)],
      ...ids.map((id): [string, string] => ["asset_ids[]", id]),
    ],
  });
  return { status, shown: body.resources?.length ?? 0, goesOn: Boolean(body.next_cursor) };
}
