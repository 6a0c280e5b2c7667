import { playScenario } from "../../support/scenario.ts";
import { openScenarioWorld, type ScenarioWorld } from "../../support/scenario-world.ts";
import { stackTests } from "../../support/stack-test.ts";
import { topics } from "./all.ts";

/** Registers a test for each scenario of these topics, on PGlite. They stand in two files, so that two cores share them. */
export function testTopics(...names: (keyof typeof topics)[]): void {
  let world: ScenarioWorld;
  const scenarioTest = stackTests({}, async ({ stack }) => {
    world = await openScenarioWorld(stack);
  });
  for (const name of names) {
    for (const scenario of topics[name]) {
      scenarioTest(`${name}: ${scenario.title}`, () => playScenario(world, scenario));
    }
  }
}
