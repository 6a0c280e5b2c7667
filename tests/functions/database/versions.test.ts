/** A function's version, told beside writers of the row that remembers it. */
import { assertEquals } from "@std/assert";
import postgres from "postgres";
import { postgresTest } from "../../support/postgres/postgres-test.ts";

postgresTest("another holds the row → the function is answered, and told later", async (server) => {
  const database = await server.createDatabase();
  const sql = postgres(database, { max: 2, onnotice: () => {} });
  const tell = () =>
    sql`select public.media_sync_version('sync', '0.0.9') = media_sync.version() as answered`;
  const told = async () =>
    (await sql`select functions #>> '{sync,version}' as version from media_sync.health_state`)[0]!
      .version;
  try {
    await sql.begin(async (other) => {
      await other`select from media_sync.health_state for update`;
      assertEquals([...await tell()], [{ answered: true }]);
      assertEquals(await told(), null);
    });
    assertEquals([...await tell()], [{ answered: true }]);
    assertEquals(await told(), "0.0.9");
  } finally {
    await sql.end();
  }
});
