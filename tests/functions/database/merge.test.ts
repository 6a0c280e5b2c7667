/**
 * `media_sync.merge` over random cases, on both databases: it agrees with an oracle written from the specification, and
 * keeps the promises that hold for every three-way merge.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { openPreparedPglite } from "../../../scripts/local/prepared-pglite.ts";
import { mergeCases, sendingCases } from "../../support/merge-cases.ts";
import {
  type MergeCase,
  type MergeFields,
  mergeOracle,
  type MergeResult,
  sameValue,
  scalarsOf,
} from "../../support/merge-oracle.ts";
import { postgresTest } from "../../support/postgres/postgres-test.ts";
import { randomSeed } from "../../support/stack.ts";
import { effort } from "../../support/effort.ts";

const CASES = effort(3_000, 10_000);
const BATCH = 500;
/** Properties that need further merges are proved on so many of the cases. */
const REPEATED = CASES / 5;
const seed = randomSeed();

/** Merges many cases in one statement; the answers in the order of the cases. */
type MergeMany = (cases: MergeCase[]) => Promise<MergeResult[]>;

const statement = `
  select jsonb_build_object('merged', result.merged, 'conflicts', result.conflicts) as result
  from jsonb_array_elements($1::jsonb) with ordinality as given (one, place)
  cross join lateral media_sync.merge(
    one -> 'base', one -> 'local', one -> 'sent', one -> 'remote', one ->> 'policy',
    (
      select coalesce(jsonb_object_agg(key, one -> 'local_at'), '{}')
      from jsonb_object_keys(media_sync.flat_fields(one -> 'local') || media_sync.flat_fields(one -> 'base')
        || media_sync.flat_fields(one -> 'remote')) as key
    ),
    one -> 'remote_times'
  ) as result
  order by place`;

Deno.test(`merge of ${CASES} random cases, and as many with values on their way, on PGlite, seed ${seed} → agrees with the oracle and keeps its promises`, async (t) => {
  const { database } = await openPreparedPglite(() => {});
  try {
    await proveMerge(t, async (cases) => {
      const rows = await database.query<{ result: MergeResult }>(statement, [
        JSON.stringify(cases),
      ]);
      return rows.map(({ result }) => result);
    });
  } finally {
    await database.close();
  }
});

postgresTest(
  `merge of ${CASES} random cases, and as many with values on their way, on PostgreSQL, seed ${seed} → agrees with the oracle and keeps its promises`,
  async (postgres, t) => {
    const sql = postgres.sql(await postgres.createDatabase());
    await proveMerge(t, async (cases) => {
      // As text, lest the driver encodes the JSON a second time.
      const rows = await sql.unsafe(statement.replace("$1::jsonb", "($1::text)::jsonb"), [
        JSON.stringify(cases),
      ]);
      return rows.map(({ result }) => result as MergeResult);
    });
  },
);

async function proveMerge(t: Deno.TestContext, mergeMany: MergeMany): Promise<void> {
  const cases = fc.sample(mergeCases, { numRuns: CASES, seed });
  const results = await inBatches(cases, mergeMany);
  const prove = (title: string, problem: (one: MergeCase, result: MergeResult) => string | null) =>
    t.step(title, () => refuteAll(cases, results, problem));

  await t.step("the cases cover every row of the table", () => {
    const kept = new Set(results.flatMap(({ conflicts }) => kindsOf(conflicts)));
    assertEquals([...kept].sort(), ["cloudinary", "database", "open"]);
    assert(results.some(({ conflicts }) => Object.keys(conflicts).length === 0));
    assert(cases.some((one) => one.local.tags !== one.remote.tags));
  });

  await prove("the oracle gives the same", (one, result) => {
    const expected = mergeOracle(one);
    return sameFields(result.merged, expected.merged) &&
        canonical(result.conflicts) === canonical(expected.conflicts)
      ? null
      : `expected ${JSON.stringify(expected)}`;
  });

  await t.step("with values on their way the oracle gives the same", async () => {
    const sending = fc.sample(sendingCases, { numRuns: CASES, seed });
    assert(sending.some(({ sent }) => Object.keys(sent).length > 0));
    refuteAll(sending, await inBatches(sending, mergeMany), (one, result) => {
      const expected = mergeOracle(one);
      return sameFields(result.merged, expected.merged) &&
          canonical(result.conflicts) === canonical(expected.conflicts)
        ? null
        : `expected ${JSON.stringify(expected)}`;
    });
  });

  await prove("a change on one side alone stands", ({ base, local, remote }, { merged }) => {
    for (const [name, b, l, r, m] of values(base, local, remote, merged)) {
      if (sameValue(b, l) && !sameValue(m, r)) return `${name} lost Cloudinary's change`;
      if (sameValue(b, r) && !sameValue(m, l)) return `${name} lost the database's change`;
    }
    return null;
  });

  await prove("every value that gave way is in conflicts", (one, { merged, conflicts }) => {
    for (const [name, b, l, r, m] of values(one.base, one.local, one.remote, merged)) {
      const told = conflicts[name];
      const givesWay = (value: unknown) => !sameValue(b, value) && !sameValue(m, value);
      if (givesWay(l) && !sameValue(told?.database ?? null, l ?? null)) {
        return `the database's ${name} is lost`;
      }
      if (givesWay(r) && !sameValue(told?.cloudinary ?? null, r ?? null)) {
        return `Cloudinary's ${name} is lost`;
      }
    }
    return null;
  });

  await t.step("merging the result again with the same remote changes nothing", async () => {
    const some = cases.slice(0, REPEATED);
    const agreed = await inBatches(
      some.map((one, index) => ({ ...one, base: one.remote, local: results[index]!.merged })),
      mergeMany,
    );
    refuteAll(some, agreed, (_, again, index) => {
      const { merged } = results[index]!;
      return sameFields(again.merged, merged) && sameValue(again.conflicts, {})
        ? null
        : `first merged to ${JSON.stringify(merged)}`;
    });
    const repeated = await inBatches(
      some.map((one, index) => ({ ...one, local: results[index]!.merged })),
      mergeMany,
    );
    refuteAll(some, repeated, (_, again, index) => {
      const { merged } = results[index]!;
      return sameFields(again.merged, merged) ? null : `first merged to ${JSON.stringify(merged)}`;
    });
  });

  await t.step("exchanging the sides, and the policy with them, gives the same", async () => {
    // With one time for all kinds the policy newest can be mirrored as well.
    const timed = cases.slice(0, REPEATED).map((one) => ({
      ...one,
      remote_times: allAt(one.remote_times.updated_at),
    }));
    const direct = await inBatches(timed, mergeMany);
    const mirrored = await inBatches(timed.map(mirror), mergeMany);
    refuteAll(timed, mirrored, (_, other, index) => {
      const { merged, conflicts } = direct[index]!;
      const sides = Object.fromEntries(
        Object.entries(conflicts).map(([name, { database, cloudinary, ...rest }]) => [name, {
          ...rest,
          ...(database === undefined ? {} : { cloudinary: database }),
          ...(cloudinary === undefined ? {} : { database: cloudinary }),
          kept: { database: "cloudinary", cloudinary: "database", open: "open" }[rest.kept],
        }]),
      );
      if (canonical(other.conflicts) !== canonical(sides)) {
        return `conflicts before: ${JSON.stringify(conflicts)}`;
      }
      for (const [name, m, o] of values(merged, other.merged)) {
        // An undecided value stands as each database has it.
        if (conflicts[name]?.kept !== "open" && !sameValue(m, o)) {
          return `${name} depends on the side`;
        }
      }
      return sameSet(merged.tags, other.merged.tags) ? null : "tags depend on the side";
    });
  });
}

async function inBatches(cases: MergeCase[], mergeMany: MergeMany): Promise<MergeResult[]> {
  const results: MergeResult[] = [];
  for (let start = 0; start < cases.length; start += BATCH) {
    results.push(...await mergeMany(cases.slice(start, start + BATCH)));
  }
  assertEquals(results.length, cases.length);
  return results;
}

/** Fails with the smallest case in which `problem` finds one. */
function refuteAll(
  cases: MergeCase[],
  results: MergeResult[],
  problem: (one: MergeCase, result: MergeResult, index: number) => string | null,
): void {
  const broken = cases.flatMap((one, index) => {
    const found = problem(one, results[index]!, index);
    if (found === null) return [];
    const text = `${found}\ncase ${JSON.stringify(one)}\nSQL gave ${
      JSON.stringify(results[index])
    }`;
    return [text];
  }).sort((one, other) => one.length - other.length);
  assert(broken.length === 0, `seed ${seed}: ${broken.length} cases, the smallest:\n${broken[0]}`);
}

/** Every value of the given states beside its name: scalars, context.<key>, metadata.<key>. */
function values(...states: MergeFields[]): [string, ...unknown[]][] {
  const flat = states.map((fields) =>
    new Map<string, unknown>([
      ...Object.entries(scalarsOf(fields)),
      ...Object.entries(fields.context ?? {}).map(([key, value]) => [`context.${key}`, value]),
      ...Object.entries(fields.metadata ?? {}).map(([key, value]) => [`metadata.${key}`, value]),
    ] as [string, unknown][])
  );
  const names = new Set(flat.flatMap((one) => [...one.keys()]));
  return [...names].map((name) => [name, ...flat.map((one) => one.get(name))]);
}

function sameFields(one: MergeFields, other: MergeFields): boolean {
  return sameSet(one.tags, other.tags) &&
    values(one, other).every(([, a, b]) => sameValue(a, b));
}

function sameSet(one: string[] = [], other: string[] = []): boolean {
  return sameValue([...one].sort(), [...other].sort());
}

function kindsOf(conflicts: MergeResult["conflicts"]): string[] {
  return Object.values(conflicts).map(({ kept }) => kept);
}

function mirror(one: MergeCase): MergeCase {
  const policies = {
    cloudinary: "database",
    database: "cloudinary",
    newest: "newest",
    manual: "manual",
  } as const;
  return {
    ...one,
    local: one.remote,
    remote: one.local,
    policy: policies[one.policy],
    local_at: one.remote_times.updated_at ?? null,
    remote_times: allAt(one.local_at ?? undefined),
  };
}

function allAt(at: string | undefined): MergeCase["remote_times"] {
  return at === undefined
    ? {}
    : { updated_at: at, context_updated_at: at, metadata_updated_at: at };
}

/** JSON with sorted keys; a jsonb column has an order of its own. */
function canonical(value: unknown): string {
  return JSON.stringify(
    value,
    (_, inner) =>
      typeof inner === "object" && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => a < b ? -1 : 1))
        : inner,
  );
}
