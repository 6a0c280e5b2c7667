/** Tests with a project's database, whose owner is no superuser, and everything around it. */
import { setupCommand } from "../../../scripts/setup/setup-command.ts";
import { uninstallCommand } from "../../../scripts/uninstall/uninstall-command.ts";
import {
  type ProjectDatabase,
  type ProjectOptions,
  type ProjectPart,
  type ProjectServer,
  startProjectServer,
} from "../../support/postgres/project-server.ts";
import { postgresUnavailable } from "../../support/postgres/postgres-test.ts";
import { catalogDifference, readWholeCatalog } from "../../support/postgres/whole-catalog.ts";
import { type HostedProject, serveHostedProject } from "./hosted-project.ts";
import { run } from "./surroundings.ts";

let server: Promise<ProjectServer> | undefined;

Deno.test.afterAll(async () => await (await server)?.stop());

/** What a test works with. */
export interface World {
  database: ProjectDatabase;
  hosted: HostedProject;
  setup(...args: string[]): ReturnType<typeof run>;
  uninstall(...args: string[]): ReturnType<typeof run>;
  /** Rows as the owner reads them. */
  rows(text: string): Promise<Record<string, unknown>[]>;
  /** The platform gets parts; from then on the state before Media Sync is that of a project that got them without it. */
  addParts(parts: ProjectPart[]): Promise<void>;
  /** What differs from the state before Media Sync came. */
  difference(): Promise<string[]>;
}

/** A test with a project; `prepare` is what its owner has made in it. */
export function projectTest(
  name: string,
  options: ProjectOptions & { prepare?: string },
  fn: (world: World, t: Deno.TestContext) => Promise<void>,
): void {
  Deno.test({
    name,
    ignore: postgresUnavailable !== undefined,
    sanitizeResources: false,
    sanitizeOps: false,
    async fn(t) {
      const database = await (await (server ??= startProjectServer())).createProject(options);
      if (options.prepare !== undefined) await database.sql.unsafe(options.prepare);
      const hosted = serveHostedProject(database);
      let before = await readWholeCatalog(database.platformUrl);
      try {
        await fn({
          database,
          hosted,
          setup: (...args) => run(setupCommand, ["--yes", ...args], hosted.surroundings),
          uninstall: (...args) => run(uninstallCommand, ["--yes", ...args], hosted.surroundings),
          rows: async (text) => [...await database.sql.unsafe(text)],
          addParts: async (parts) => {
            await database.addParts(parts);
            const twin = await (await server!).createProject(options);
            if (options.prepare !== undefined) await twin.sql.unsafe(options.prepare);
            await twin.addParts(parts);
            before = await readWholeCatalog(twin.platformUrl);
            await twin.close();
          },
          difference: async () =>
            catalogDifference(before, await readWholeCatalog(database.platformUrl)),
        }, t);
      } finally {
        await database.close();
        await hosted.stop();
      }
    },
  });
}
