/** What the functions answer to requests that are wrong: never a 5xx, always the one shape of an error. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Stack } from "../../scripts/local/stack-options.ts";
import { assertError } from "../support/assert-error.ts";
import { type Answer, type Call, syncUntilCompleted } from "../support/stack.ts";
import { stackTests } from "../support/stack-test.ts";

let stack: Stack;
let call: Call;

const stackTest = stackTests({ assets: 30 }, async (world) => {
  ({ stack, call } = world);
  await syncUntilCompleted(call);
});

const paths = ({ body }: Answer): string[] =>
  body.details.map(({ path }: { path: string }) => path).sort();

for (
  const [path, json, bad] of [
    [
      "media-list?page=0&limit=101&resource_type=film&sort_by=size&sort_order=up&recursive=maybe" +
      "&sync_status=fine&created_after=yesterday&include=stats,everything&nonsense=1",
      undefined,
      "created_after include.1 limit nonsense page recursive resource_type sort_by sort_order sync_status",
    ],
    ["media-list?limit=1&limit=2&search=%00", undefined, "limit search"],
    [
      "media-list?recursive=true&cursor=forged&page=2",
      undefined,
      "cursor page recursive",
    ],
    ["sync?run_id=7&nonsense=1", undefined, "nonsense run_id"],
    ["webhook?nonsense=1&more=2", undefined, "more nonsense"],
    [
      "sync",
      {
        full: "yes",
        force: 1,
        batch_size: 501,
        single_asset: "",
        resource_type: "film",
        direction: "sideways",
        allow_mass_delete: "all",
        nonsense: {},
      },
      "allow_mass_delete batch_size direction force full nonsense resource_type single_asset",
    ],
    [
      "sync",
      { single_asset: "a\u0000b", ["__proto__"]: 1 },
      "__proto__ single_asset",
    ],
  ] as const
) {
  const what = `${json === undefined ? "GET" : "POST"} ${path.split("?", 1)[0]}`;
  stackTest(
    `${what} with bad ${bad} → 400 that names each of them`,
    async () => {
      const answer = await call(
        path,
        json === undefined ? {} : { method: "POST", json },
      );
      assertError(answer, 400);
      assertEquals(paths(answer).join(" "), bad);
    },
  );
}

stackTest(
  "dates and times that do not exist → 400 that names them, in a cursor too",
  async () => {
    const { body } = await call("media-list?limit=1");
    const id = body.items[0].id;
    const times = [
      "0000-01-01",
      "2026-02-31",
      "2026-04-31T00:00:00Z",
      "2026-01-01T25:00:00Z",
    ];
    times.push(
      "2026-01-01T00:00:00+16:00",
      "2026-01-01T00:00:00+99:99",
      "2026-13-01",
      "infinity",
    );
    for (const time of times) {
      const query = new URLSearchParams({
        created_after: time,
        created_before: time,
      });
      const answer = await call(`media-list?${query}`);
      assertError(answer, 400);
      assertEquals(paths(answer), ["created_after", "created_before"], time);
      const cursor = btoa(JSON.stringify(["created_at", "desc", time, id]));
      const forged = await call(
        `media-list?cursor=${encodeURIComponent(cursor)}`,
      );
      assertError(forged, 400);
      assertEquals(paths(forged), ["cursor"], time);
    }
    const good = [
      "2026-01-31",
      "2024-02-29T23:59:59.123456Z",
      "2026-01-01 12:00",
      "0001-01-01",
    ];
    for (
      const time of [
        ...good,
        "2026-01-01T00:00:00+0530",
        "2026-01-01T00:00:00-12:00",
      ]
    ) {
      const query = new URLSearchParams({ created_after: time });
      assertEquals((await call(`media-list?${query}`)).status, 200, time);
    }
  },
);

stackTest("a cursor of another sort order → 400 that names it", async () => {
  const { body } = await call("media-list?limit=5&sort_by=bytes");
  const cursor = encodeURIComponent(body.pagination.next_cursor);
  assertEquals(
    (await call(`media-list?sort_by=bytes&cursor=${cursor}`)).status,
    200,
  );
  for (const order of ["sort_by=created_at", "sort_by=bytes&sort_order=asc"]) {
    const answer = await call(`media-list?${order}&cursor=${cursor}`);
    assertError(answer, 400);
    assertEquals(paths(answer), ["cursor"]);
  }
});

const postSync = (body: BodyInit, type = "application/json") =>
  call("sync", { method: "POST", body, headers: { "content-type": type } });

stackTest(
  "POST sync with a body that is no JSON → 400 invalid_json",
  async () => {
    for (
      const body of [
        '{"full":true',
        "full=true",
        "{'full':true}",
        new Uint8Array([34, 255, 34]),
      ]
    ) {
      const answer = await postSync(body);
      assertError(answer, 400);
      assertEquals(answer.body.code, "invalid_json");
    }
  },
);

stackTest("POST sync with JSON that is no object → 400", async () => {
  for (const body of ["[]", '"full"', "1", "null", "true"]) {
    assertError(await postSync(body), 400);
  }
});

stackTest(
  "POST sync with JSON nested a hundred thousand levels deep → 400",
  async () => {
    const deep = "[".repeat(100_000) + "]".repeat(100_000);
    assertError(await postSync(`{"single_asset":${deep}}`), 400);
  },
);

stackTest("POST sync with another content type → 415", async () => {
  for (
    const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data",
    ]
  ) {
    const answer = await postSync('{"full":true}', type);
    assertError(answer, 415);
    assertEquals(answer.body.code, "unsupported_media_type");
  }
});

stackTest("POST sync with a body of more than 2 MiB → 413", async () => {
  const answer = await postSync(
    JSON.stringify({ single_asset: "x".repeat(2 * 1024 * 1024) }),
  );
  assertError(answer, 413);
  assertEquals(answer.body.code, "payload_too_large");
});

for (const name of ["media-list", "sync", "webhook"]) {
  stackTest(
    `PUT ${name} → 405 that tells in Allow what is accepted`,
    async () => {
      const answer = await call(name, { method: "PUT", json: {} });
      assertError(answer, 405);
      assert(answer.headers.get("allow")?.split(", ").includes("GET"));
    },
  );

  stackTest(`${name} with a wrong key → 401`, async () => {
    for (
      const apikey of [
        stack.info.secret_key.slice(0, -1),
        "sb_secret_wrong",
        "wrong",
      ]
    ) {
      const answer = await call(name, { as: "nobody", headers: { apikey } });
      assertError(answer, 401);
      assert(!JSON.stringify(answer.body).includes(apikey));
    }
  });

  stackTest(
    `${name} with a wrong token beside a good key → 401, not less access`,
    async () => {
      for (
        const authorization of ["Bearer a.b.c", "Bearer ", "Basic dXNlcjpwYXNz"]
      ) {
        assertError(
          await call(name, { as: "anonymous", headers: { authorization } }),
          401,
        );
      }
    },
  );

  stackTest(`${name}/some/where/else → 404`, async () => {
    assertError(await call(`${name}/some/where/else`), 404);
  });

  stackTest(
    `OPTIONS ${name} without a key → 204 with what a browser asks for`,
    async () => {
      const { status, headers } = await call(name, {
        method: "OPTIONS",
        as: "nobody",
      });
      assertEquals([status, headers.get("access-control-allow-origin")], [
        204,
        "*",
      ]);
      assertMatch(headers.get("access-control-allow-headers") ?? "", /apikey/);
    },
  );
}

stackTest("sync without a key, or with a publishable one → 401", async () => {
  for (const as of ["nobody", "anonymous"] as const) {
    assertError(await call("sync", { as }), 401);
    assertError(
      await call("sync", { as, method: "POST", json: { full: true } }),
      401,
    );
  }
});

stackTest("sync as a viewer or an editor → 403, and no run", async () => {
  const runs = () => stack.sql("select id from media_sync.runs order by id");
  const before = await runs();
  for (const as of ["viewer", "editor"] as const) {
    assertError(await call("sync", { as }), 403);
    assertError(
      await call("sync", { as, method: "POST", json: { full: true } }),
      403,
    );
  }
  assertEquals(await runs(), before);
});

stackTest(
  "x-request-id of the caller → the answer's; one that is not sane → another",
  async () => {
    for (const path of ["webhook", "webhook?nonsense=1"]) {
      const sane = await call(path, {
        headers: { "x-request-id": "caller-0123456789" },
      });
      assertEquals(sane.headers.get("x-request-id"), "caller-0123456789");
      const insane = await call(path, {
        headers: { "x-request-id": "<script>alert(1)</script>" },
      });
      assertMatch(
        insane.headers.get("x-request-id") ?? "",
        /^[A-Za-z0-9._-]{8,64}$/,
      );
    }
  },
);
