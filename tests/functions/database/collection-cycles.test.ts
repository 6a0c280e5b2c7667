/** Two people nest two collections into each other at once: what one session alone cannot show. */
import { assertEquals } from "@std/assert";
import { postgresTest } from "../../support/postgres/postgres-test.ts";
import { untilOneWaits } from "../../support/postgres/until-one-waits.ts";

postgresTest(
  "two collections nested into each other at once, in two sessions → the second is refused",
  async (postgres) => {
    const sql = postgres.sql(await postgres.createDatabase(), { max: 3 });
    await sql`insert into public.media_collections (slug, name) values ('one', 'one'), ('two', 'two')`;
    const nest = (session: typeof sql, child: string, parent: string) =>
      session`
        update public.media_collections set parent_id = (
          select id from public.media_collections where slug = ${parent}
        )
        where slug = ${child}`;
    let second: Promise<string> | undefined;
    await sql.begin(async (first) => {
      await nest(first as unknown as typeof sql, "one", "two");
      second = nest(sql, "two", "one").then(
        () => "nested",
        (error: { code: string }) => error.code,
      );
      await untilOneWaits(sql, "the second session waiting for the first");
    });
    assertEquals(await second, "23514");
    const nested = await sql`select slug from public.media_collections where parent_id is not null`;
    assertEquals(nested.map(({ slug }) => slug), ["one"]);
  },
);
