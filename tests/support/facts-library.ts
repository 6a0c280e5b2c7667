/** A library of every kind of asset, and how much of it is told. */
import { assertEquals } from "@std/assert";
import { compareAssets } from "../../scripts/support/compare-sides.ts";
import { readSides } from "../../scripts/support/read-sides.ts";
import { insertAssets, resetWorld, type ScenarioWorld } from "./scenario-world.ts";
import { type Answer, control, syncUntilCompleted } from "./stack.ts";

/** So many assets of every kind on both sides, as a first sync leaves them. @returns Their names. */
export async function beginLibrary(
  world: ScenarioWorld,
  count: number,
  behavior: Record<string, unknown> = {},
): Promise<string[]> {
  await resetWorld(world);
  await control(world.stack, "PUT /behavior", behavior);
  const names = Array.from({ length: count }, (_, index) => `a${index}`);
  await insertAssets(
    world,
    Object.fromEntries(names.map((name, index) => [name, {
      created_at: new Date(Date.UTC(2026, 0, 1) + index * 1_000).toISOString(),
      ...index % 3 === 1 ? { resource_type: "video", format: "mp4", duration: 12.5 } : {},
      ...index % 3 === 2 ? { format: "pdf", pages: 4 } : {},
    }])),
  );
  await syncUntilCompleted(world.call);
  await passPause(world);
  return names;
}

/** Lets the pause pass that ticks keep before they ask for facts; changes were pulled just now. */
export async function passPause({ stack }: ScenarioWorld): Promise<void> {
  await stack.sql(
    `update media_sync.runs
     set started_at = started_at - interval '1 minute', finished_at = finished_at - interval '1 minute'
     where kind in ('full', 'facts') and finished_at is not null`,
  );
  await stack.sql(
    `insert into media_sync.runs (cloud_name, kind, source, status, started_at, finished_at)
     select cloud_name, 'incremental', 'cron', 'completed', now(), now() from media_sync.runs limit 1`,
  );
}

/** What the minute's tick does. */
export function tick({ call }: ScenarioWorld): Promise<Answer> {
  return call("sync", { method: "POST", json: {} });
}

/** Fields that rows do not know → how many; fails where one is known and another. */
export async function untoldOf({ stack }: ScenarioWorld): Promise<Record<string, number>> {
  const { resources, rows } = await readSides(stack);
  const { differences, untold } = compareAssets(resources, rows);
  assertEquals(differences, []);
  return untold;
}

/** What `GET sync` tells of facts that are still to be asked for. */
export async function factsProgress({ call }: ScenarioWorld): Promise<Answer["body"]> {
  return (await call("sync")).body.untold;
}
