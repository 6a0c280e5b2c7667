/** Two-way semantics: every scenario on PGlite. */
import { playScenario } from "../../support/scenario.ts";
import { openScenarioWorld, type ScenarioWorld } from "../../support/scenario-world.ts";
import { stackTests } from "../../support/stack-test.ts";
import { topics } from "./all.ts";

let world: ScenarioWorld;

const scenarioTest = stackTests({}, async ({ stack }) => {
  world = await openScenarioWorld(stack);
});

for (const [topic, scenarios] of Object.entries(topics)) {
  for (const scenario of scenarios) {
    scenarioTest(`${topic}: ${scenario.title}`, () => playScenario(world, scenario));
  }
}
