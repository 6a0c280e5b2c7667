/** Random requests to every function: none of them may be answered with a 5xx. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { assertError } from "../support/assert-error.ts";
import { type As, control, randomSeed, syncUntilCompleted } from "../support/stack.ts";
import { stackTests } from "../support/stack-test.ts";

const hostile = [
  ...["", "0", "-1", "1.5", "1e9", "99999999999999999999", "NaN", "true", "null", "undefined"],
  ...[
    "' or 1=1 --",
    "%",
    "_",
    "\\",
    "\\%",
    "a\\",
    '"',
    "{}",
    "{a,b}",
    ",",
    ",,a",
    "\u0000",
    "\ud800",
  ],
  ...[
    "2026-02-31",
    "2026-13-01",
    "0000-01-01",
    "9999-12-31T23:59:60Z",
    "infinity",
    "now",
    "-infinity",
  ],
  ...["00000000-0000-0000-0000-000000000000", "../../etc/passwd", "🎈", "مدينة", "x".repeat(3_000)],
  ...["2026-01-01", "2026-01-01T00:00:00+99:99", "2026-01-01 24:00", "toString", "constructor"],
];
const text = fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: "binary", maxLength: 40 }));
const names = [
  ..."page limit cursor search folder recursive tags resource_type type format sync_status".split(
    " ",
  ),
  ..."collection used deleted created_after created_before sort_by sort_order include".split(" "),
];
const plausible: Record<string, string[]> = {
  page: ["1", "10000000"],
  limit: ["1", "100"],
  recursive: ["true"],
  sort_by: ["bytes", "public_id", "display_name", "updated_at"],
  sort_order: ["asc"],
  include: ["facets", "stats,facets", "sync_status"],
  resource_type: ["image"],
  sync_status: ["conflict"],
};
const parameter = (allowed: string[]) =>
  fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...allowed) }, { weight: 1, arbitrary: text })
    .chain((name) =>
      fc.tuple(
        fc.constant(name),
        Object.hasOwn(plausible, name)
          ? fc.oneof(fc.constantFrom(...plausible[name]!), text)
          : text,
      )
    );
const query = (allowed: string[]) =>
  fc.array(parameter(allowed), { maxLength: 5 })
    .map((entries) => new URLSearchParams(entries).toString());
const role = fc.constantFrom<As>("nobody", "anonymous", "viewer", "editor", "service");
const cursor = fc.array(fc.oneof(text, fc.constantFrom("created_at", "desc")), { maxLength: 5 })
  .map((parts) => encodeBase64(JSON.stringify(parts).toWellFormed()));
const syncBody = fc.dictionary(
  fc.oneof(
    fc.constantFrom("force", "full", "batch_size", "single_asset", "resource_type", "direction"),
    text,
  ),
  fc.oneof(text, fc.constantFrom<unknown>(true, 0, 1, 500, "image", "push"), fc.jsonValue()),
  { maxKeys: 3 },
);

function encodeBase64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

interface Request {
  as: As;
  method: string;
  path: string;
  body?: string;
}
const get = (path: fc.Arbitrary<string>): fc.Arbitrary<Request> =>
  fc.record({ as: role, method: fc.constant("GET"), path });
const post = (path: string, body: fc.Arbitrary<string>): fc.Arbitrary<Request> =>
  fc.record({ as: role, method: fc.constant("POST"), path: fc.constant(path), body });
const request = fc.oneof(
  { weight: 8, arbitrary: get(query(names).map((query) => `media-list?${query}`)) },
  {
    weight: 2,
    arbitrary: get(cursor.map((text) => `media-list?cursor=${encodeURIComponent(text)}`)),
  },
  {
    weight: 2,
    arbitrary: get(text.map((text) => `media-list/${encodeURIComponent(text.toWellFormed())}`)),
  },
  { weight: 2, arbitrary: get(query(["run_id"]).map((query) => `sync?${query}`)) },
  { weight: 1, arbitrary: get(query(["nonsense"]).map((query) => `webhook?${query}`)) },
  { weight: 3, arbitrary: post("sync", syncBody.map((body) => JSON.stringify(body))) },
  { weight: 1, arbitrary: post("sync", text) },
);

const seed = randomSeed();
stackTests({ assets: 30 })(
  `400 random requests, seed ${seed} → never a 5xx, always the shape`,
  async ({ stack, call }) => {
    await syncUntilCompleted(call);
    const statuses = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(request, async ({ as, method, path, body }) => {
        const answer = await call(path, {
          as,
          method,
          ...(body === undefined ? {} : { body, headers: { "content-type": "application/json" } }),
        });
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        assert(answer.status < 500, `${answer.status} ${JSON.stringify(answer.body)}`);
        if (answer.status >= 400) return assertError(answer);
        assertMatch(answer.headers.get("x-request-id") ?? "", /./);
        assertEquals(answer.body.success, true);
      }),
      { seed, numRuns: 400 },
    );
    // Requests that are all refused alike would prove nothing.
    for (const status of [200, 400, 401]) assert((statuses.get(status) ?? 0) > 0, `no ${status}`);
    const { defects } = await control(stack, "GET /calls");
    assertEquals(defects, 0, "the emulator itself failed");
  },
);
