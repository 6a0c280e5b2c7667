/** A selection of the two-way scenarios on PostgreSQL: one of each kind of change, and what depends on locks and times. */
import { playScenario, type Scenario } from "../../support/scenario.ts";
import { openScenarioWorld } from "../../support/scenario-world.ts";
import { postgresTest } from "../../support/postgres/postgres-test.ts";
import { withStack } from "../../support/stack.ts";
import { topics } from "./all.ts";

/** Every so many scenarios of a topic, so that the selection follows the suite. */
const EVERY = 8;

const selected: [string, Scenario][] = Object.entries(topics).flatMap(([topic, scenarios]) =>
  scenarios.filter((_, index) => index % EVERY === 1)
    .map((scenario): [string, Scenario] => [`${topic}: ${scenario.title}`, scenario])
);

postgresTest(
  `${selected.length} two-way scenarios on PostgreSQL → both sides as expected`,
  async (postgres, t) => {
    await withStack({ database: await postgres.createDatabase() }, async (stack) => {
      const world = await openScenarioWorld(stack);
      for (const [title, scenario] of selected) {
        await t.step(title, () => playScenario(world, scenario));
      }
    });
  },
);
