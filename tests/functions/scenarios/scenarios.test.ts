/** Two-way semantics: every scenario on PGlite, in one stack that is emptied before each. */
import { playScenario } from "../../support/scenario.ts";
import { type ScenarioWorld, startScenarioWorld } from "../../support/scenario-world.ts";
import { conflicts } from "./conflicts.ts";
import { deletes } from "./deletes.ts";
import { edits } from "./edits.ts";
import { guards } from "./guards.ts";
import { names } from "./names.ts";
import { refusals } from "./refusals.ts";
import { scope } from "./scope.ts";

let world: ScenarioWorld;

Deno.test.beforeAll(async () => {
  world = await startScenarioWorld();
});

Deno.test.afterAll(async () => {
  await world?.stack.stop();
});

for (
  const scenario of [...edits, ...conflicts, ...deletes, ...names, ...guards, ...scope, ...refusals]
) {
  Deno.test({
    name: scenario.title,
    fn: () => playScenario(world, scenario),
    // The stack outlives every single test, and so do its timers and connections.
    sanitizeOps: false,
    sanitizeResources: false,
  });
}
