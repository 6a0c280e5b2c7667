import { sharedProvider } from "../../scripts/support/postgres/start-postgres.ts";

/** Ends the PostgreSQL cluster that the benchmarks share, if one was started. */
export async function stopSharedPostgres(): Promise<void> {
  await sharedProvider().stop();
}
