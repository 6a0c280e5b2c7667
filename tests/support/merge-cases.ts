import fc from "fast-check";
import type { MergeCase, MergeFields } from "./merge-oracle.ts";

/** Text that SQL, JSON or a URL could stumble over; short, so that both sides often choose the same. */
const text = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("x", "y", "z") },
  {
    weight: 1,
    arbitrary: fc.constantFrom("", "null", "%_\\", 'O\'Neil "quoted"', "Größe 文字 🎨", "a|b=c"),
  },
);

const tags = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "É", "with space"), {
  maxLength: 6,
});

const context = fc.dictionary(fc.constantFrom("alt", "caption", "key.with.dot", "ключ"), text, {
  noNullPrototype: true,
});

const metadata = fc.dictionary(
  fc.constantFrom("colour", "price", "labels"),
  fc.oneof(
    text,
    fc.integer({ min: 0, max: 2 }),
    fc.constantFrom<string[]>(["l1"], ["l1", "l2"], ["l2", "l1"]),
  ),
  { noNullPrototype: true },
);

const fields: fc.Arbitrary<MergeFields> = fc.record({
  public_id: fc.constantFrom("p", "q", "f/p"),
  folder: fc.constantFrom("", "f", "f/g"),
  display_name: fc.oneof(text, fc.constant(null)),
  tags,
  context,
  metadata,
});

/** base, and each side derived from it: an unchanged part, a changed one, or the other side's. */
const states = fc.record({ base: fields, local: fields, remote: fields }).chain(
  ({ base, local, remote }) =>
    fc.record({
      local: choose(base, local),
      remoteOwn: choose(base, remote),
      alike: fc.subarray(Object.keys(base) as (keyof MergeFields)[]),
      copies: fc.boolean(),
      lostBase: fc.integer({ min: 0, max: 29 }),
    }).map(({ local, remoteOwn, alike, copies, lostBase }) => ({
      base: lostBase === 0 ? {} : base,
      local,
      remote: copies ? { ...remoteOwn, ...pick(local, alike) } : remoteOwn,
    })),
);

const moment = fc.constantFrom(
  "2026-01-01T00:00:00Z",
  "2026-01-01T00:00:01Z",
  "2026-01-01T02:00:01+02:00",
  "2026-02-01T00:00:00.000001Z",
);

/** Random merges, of which many leave one side unchanged and many change both alike. */
export const mergeCases: fc.Arbitrary<MergeCase> = fc.record({
  states,
  policy: fc.constantFrom("cloudinary", "database", "newest", "manual"),
  local_at: fc.option(moment),
  remote_times: fc.record({
    updated_at: moment,
    context_updated_at: moment,
    metadata_updated_at: moment,
  }, { requiredKeys: [] }),
}).map(({ states, ...rest }) => ({ ...states, sent: {}, ...rest }) as MergeCase);

/** Random merges with values on their way: now and then the very values that one of the sides has. */
export const sendingCases: fc.Arbitrary<MergeCase> = mergeCases.chain((one) => {
  const names = Object.keys({ ...flat(one.base), ...flat(one.local), ...flat(one.remote) });
  const valueOf = (name: string) =>
    fc.constantFrom(
      ...[one.base, one.local, one.remote].map((fields) => flat(fields)[name] ?? null),
    );
  return fc.subarray(names).chain((chosen) =>
    fc.tuple(...chosen.map((name) => fc.array(valueOf(name), { minLength: 1, maxLength: 2 }))).map(
      (values) => ({
        ...one,
        sent: Object.fromEntries(chosen.map((name, index) => [name, values[index]!])),
      }),
    )
  );
});

/** Editable fields value by value, by the names under which they are sent. */
function flat({ tags = [], context = {}, metadata = {}, ...scalars }: MergeFields) {
  const under = (field: string, values: Record<string, unknown>) =>
    Object.entries(values).map(([key, value]) => [`${field}.${key}`, value]);
  return Object.fromEntries([
    ...Object.entries(scalars),
    ...tags.map((tag) => [`tags.${tag}`, true]),
    ...under("context", context),
    ...under("metadata", metadata),
  ]) as Record<string, unknown>;
}

/** Keeps each field, and each key inside context and metadata, or takes the changed one. */
function choose(base: MergeFields, changed: MergeFields): fc.Arbitrary<MergeFields> {
  return fc.record({
    whole: fc.subarray(Object.keys(base) as (keyof MergeFields)[]),
    keys: fc.boolean(),
  }).map(({ whole, keys }) => ({
    ...base,
    ...pick(changed, whole),
    // Only one key changed beside others that stay.
    ...(keys ? { context: { ...base.context, ...changed.context } } : {}),
  }));
}

function pick(from: MergeFields, names: (keyof MergeFields)[]): MergeFields {
  return Object.fromEntries(names.map((name) => [name, from[name]]));
}
