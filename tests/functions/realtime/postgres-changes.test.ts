/** `postgres_changes` of the local stack, with supabase-js as apps use it. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import type { Stack } from "../../../scripts/local/stack-options.ts";
import { syncUntilCompleted } from "../../support/stack.ts";
import { stackTests } from "../../support/stack-test.ts";
import { waitUntil } from "../../support/wait-until.ts";

type Who = "viewer" | "editor" | "anonymous";

interface Change {
  eventType: string;
  new: Record<string, unknown>;
  old: Record<string, unknown>;
  errors: string[] | null;
}

interface Listening {
  /** `SUBSCRIBED`, or why not. */
  outcome: string;
  changes: Change[];
  /** What the server said of the subscription. */
  system(): Promise<{ status: string; message: string }>;
  received(count: number): Promise<Change[]>;
}

const opened: SupabaseClient[] = [];

async function listen(
  { info }: Stack,
  who: Who,
  filter: Record<string, unknown>,
  { version = "2.0.0", config = {} }: { version?: string; config?: Record<string, unknown> } = {},
): Promise<Listening> {
  const supabase = createClient(info.url, info.publishable_key, {
    auth: { persistSession: false, autoRefreshToken: false },
    realtime: { vsn: version as "2.0.0" },
  });
  opened.push(supabase);
  if (who !== "anonymous") await supabase.auth.signInWithPassword(info.users[who]);
  await supabase.realtime.setAuth();
  const changes: Change[] = [];
  const system = Promise.withResolvers<{ status: string; message: string }>();
  const channel = supabase.channel(`changes ${crypto.randomUUID()}`, { config } as never)
    .on("system", {}, (message) => system.resolve(message as never))
    .on(
      "postgres_changes",
      { event: "*", schema: "public", ...filter } as never,
      (change: unknown) => void changes.push(change as Change),
    );
  const outcome = await new Promise<string>((resolve) =>
    channel.subscribe((status, error) => resolve(error?.message ?? status))
  );
  return {
    outcome,
    changes,
    system: () => system.promise,
    received: async (count) => {
      await waitUntil(() => changes.length >= count, {
        deadlineMs: 30_000,
        describe: () => `${count} changes instead of ${JSON.stringify(changes)}`,
      });
      return changes;
    },
  };
}

Deno.test.afterEach(async () => {
  for (const supabase of opened.splice(0)) {
    await supabase.removeAllChannels();
    await supabase.realtime.disconnect();
  }
});

const stackTest = stackTests({ assets: 3 }, async ({ stack, call }) => {
  await syncUntilCompleted(call);
  for (
    const statement of [
      "drop table if exists public.notes, public.unpublished",
      "create table public.unpublished (id int primary key)",
      `create table public.notes (
         id int primary key, owner text, text text, tags text[], amount numeric, secret text
       )`,
      "alter table public.notes enable row level security",
      "grant select (id, owner, text, tags, amount) on public.notes to authenticated",
      `create policy "People see their notes" on public.notes for select to authenticated
         using (owner = auth.jwt() ->> 'email')`,
      "alter publication supabase_realtime add table public.notes",
    ]
  ) await stack.sql(statement);
});

async function write({ sql, info }: Stack, who: "viewer" | "editor", id: number, text: string) {
  await sql(
    `insert into public.notes values ($1, $2, $3, '{a,"b,c"}', 1.5, 'hidden')
     on conflict (id) do update set text = excluded.text`,
    [id, info.users[who].email, text],
  );
}

for (const version of ["1.0.0", "2.0.0"]) {
  stackTest(
    `a published table in version ${version} → each sees the rows and columns that he may read`,
    async ({ stack }) => {
      const [viewer, editor, anonymous] = await Promise.all(
        (["viewer", "editor", "anonymous"] as const).map((who) =>
          listen(stack, who, { table: "notes" }, { version })
        ),
      ) as [Listening, Listening, Listening];
      assertEquals(await viewer.system(), {
        ...await viewer.system(),
        status: "ok",
        message: "Subscribed to PostgreSQL",
      });
      // Whether somebody may see a row is asked of the row as it is then: each step waits for the one before.
      await write(stack, "editor", 1, "the editor's");
      await editor.received(1);
      await write(stack, "viewer", 2, "the viewer's");
      await viewer.received(1);
      await write(stack, "viewer", 2, "edited");
      await viewer.received(2);
      await stack.sql("delete from public.notes where id in (1, 2)");

      const mine = { id: 2, owner: stack.info.users.viewer.email, tags: ["a", "b,c"], amount: 1.5 };
      const told = (await viewer.received(4)).map(({ eventType, new: now, old }) => [
        eventType,
        now,
        old,
      ]);
      assertEquals(told.slice(0, 2), [
        ["INSERT", { ...mine, text: "the viewer's" }, {}],
        ["UPDATE", { ...mine, text: "edited" }, { id: 2 }],
      ]);
      // A deleted row cannot be asked for: everybody is told its key.
      assertEquals(told.slice(2).map(([event, , old]) => [event, old]).sort(), [
        ["DELETE", { id: 1 }],
        ["DELETE", { id: 2 }],
      ]);
      const others = await editor.received(3);
      assertEquals(others.map(({ eventType }) => eventType), ["INSERT", "DELETE", "DELETE"]);
      assertEquals(others[0]!.new.text, "the editor's");
      // Without a right to the key he is told of each row that there is something, and not what.
      for (const { eventType, new: now, errors } of await anonymous.received(5)) {
        assertEquals(now, {});
        if (eventType !== "DELETE") assertEquals(errors, ["Error 401: Unauthorized"]);
      }
    },
  );
}

stackTest(
  "media_assets as README publishes it → a viewer is told of an edit",
  async ({ stack }) => {
    await stack.sql("alter publication supabase_realtime add table public.media_assets");
    try {
      const viewer = await listen(stack, "viewer", { table: "media_assets", event: "UPDATE" });
      const [asset] = await stack.sql<{ id: string }>(
        `update public.media_assets set tags = '{red,"a b"}', context = '{"alt": "é"}'
       where id = (select id from public.media_assets order by id limit 1) returning id`,
      );
      const [change] = await viewer.received(1);
      assertEquals([change!.new.id, change!.new.tags, change!.new.context], [
        asset!.id,
        ["red", "a b"],
        { alt: "é" },
      ]);
    } finally {
      await stack.sql("alter publication supabase_realtime drop table public.media_assets");
    }
  },
);

stackTest("filters → only what fits them", async ({ stack }) => {
  const filters: Record<string, string[]> = {
    "text=eq.one": ["one"],
    "text=neq.one": ["two", "three, four"],
    "id=gte.11,id=lt.12": ["two"],
    "id=in.(10,12)": ["one", "three, four"],
    "text=like.t%": ["two", "three, four"],
    "text=not.like.t%": ["one"],
    'text=eq."three, four"': ["three, four"],
    "secret=is.null": [],
  };
  const listening = await Promise.all(
    Object.keys(filters).map((filter) => listen(stack, "viewer", { table: "notes", filter })),
  );
  const all = await listen(stack, "viewer", { table: "notes", event: "INSERT" });
  await write(stack, "viewer", 10, "one");
  await write(stack, "viewer", 11, "two");
  await write(stack, "viewer", 12, "three, four");
  await write(stack, "viewer", 12, "last");
  await all.received(3);
  // Each listener is told in turn: who hears of a later row has heard of all before it.
  const end = await listen(stack, "viewer", { table: "notes", event: "UPDATE" });
  await write(stack, "viewer", 10, "one");
  await end.received(1);
  const found = listening.map(({ changes }) =>
    changes.filter(({ eventType }) => eventType === "INSERT").map(({ new: now }) => now.text)
  );
  assertEquals(
    Object.fromEntries(Object.keys(filters).map((name, at) => [name, found[at]])),
    filters,
  );
  await stack.sql("delete from public.notes");
});

stackTest(
  "a table that is not published, a column that is not there → told so",
  async ({ stack }) => {
    for (
      const [filter, reason] of [
        [{ table: "unpublished" }, "Please check Realtime is enabled"],
        [{ table: "none" }, "Please check Realtime is enabled"],
        [{ table: "notes", filter: "nothing=eq.1" }, "invalid column for filter nothing"],
        [{ table: "notes", filter: "id=eq.text" }, "invalid input syntax"],
        [{ table: "notes", filter: "id=near.1" }, "Error parsing `filter` params"],
      ] as const
    ) {
      const patient = await listen(stack, "viewer", filter, {
        config: { postgres_changes_options: { wait: true } },
      });
      assertMatch(patient.outcome, /^RealtimeDisabledForConfiguration: /);
      assertStringIncludes(patient.outcome, reason);
      const hasty = await listen(stack, "viewer", filter);
      const { status, message } = await hasty.system();
      assertEquals([hasty.outcome, status], ["SUBSCRIBED", "error"]);
      assertStringIncludes(message, reason);
    }
  },
);

stackTest(
  "a change that is rolled back, a table taken out → nothing is told",
  async ({ stack }) => {
    const viewer = await listen(stack, "viewer", { table: "notes" });
    await stack.sql(`do $$ begin
    insert into public.notes (id) values (20);
    raise exception 'no';
  end $$`).catch(() => {});
    await stack.sql("alter publication supabase_realtime drop table public.notes");
    await write(stack, "viewer", 21, "unheard");
    await stack.sql("delete from public.notes");
    await stack.sql("alter publication supabase_realtime add table public.notes");
    await write(stack, "viewer", 22, "heard");
    const heard = (await viewer.received(1)).filter(({ eventType }) => eventType === "INSERT");
    assertEquals(heard.map(({ new: { text } }) => text), ["heard"]);
  },
);
