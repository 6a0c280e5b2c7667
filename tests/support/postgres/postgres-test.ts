import {
  type Postgres,
  sharedProvider,
  startPostgres,
} from "../../../scripts/support/postgres/start-postgres.ts";

const found = await sharedProvider().cluster();

/** Why tests against PostgreSQL cannot run here; undefined when they can. */
export const postgresUnavailable: string | undefined = "unavailable" in found
  ? found.unavailable
  : undefined;

/**
 * `Deno.test` with a PostgreSQL: on a machine without one the test says why and counts as skipped.
 *
 * @param name The test's title.
 * @param fn The test; what it made is gone afterwards.
 * @param options `dedicated` as for `startPostgres`.
 */
export function postgresTest(
  name: string,
  fn: (postgres: Postgres, t: Deno.TestContext) => Promise<void>,
  options: { dedicated?: boolean } = {},
): void {
  Deno.test({
    name: postgresUnavailable === undefined ? name : `${name} (skipped: ${postgresUnavailable})`,
    ignore: postgresUnavailable !== undefined,
    async fn(t) {
      const postgres = await startPostgres(options);
      try {
        await fn(postgres, t);
      } finally {
        await postgres.stop();
      }
    },
  });
}
