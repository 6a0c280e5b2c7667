/** Two-way semantics: every scenario on PGlite, in one stack that is emptied before each. */
import { playScenario } from "../../support/scenario.ts";
import { type ScenarioWorld, startScenarioWorld } from "../../support/scenario-world.ts";
import { topics } from "./all.ts";

let world: ScenarioWorld;

Deno.test.beforeAll(async () => {
  world = await startScenarioWorld();
});

Deno.test.afterAll(async () => {
  await world?.stack.stop();
});

for (const [topic, scenarios] of Object.entries(topics)) {
  for (const scenario of scenarios) {
    Deno.test({
      name: `${topic}: ${scenario.title}`,
      fn: () => playScenario(world, scenario),
      // The stack outlives every single test, and so do its timers and connections.
      sanitizeOps: false,
      sanitizeResources: false,
    });
  }
}
