/** Two-way semantics where Cloudinary's folder mode is fixed: the folder is the path of the public_id, and nothing else. */
import { playScenario, type Scenario } from "../../support/scenario.ts";
import { here, there } from "../../support/scenario-steps.ts";
import { openScenarioWorld, type ScenarioWorld } from "../../support/scenario-world.ts";
import { stackTests } from "../../support/stack-test.ts";
import { rename, tags } from "./calls.ts";

const initial = { one: { public_id: "f/one", tags: ["a"] }, two: { public_id: "f/g/two" } };
const synced = { sync_status: "synced" };

const scenarios: Scenario[] = [
  {
    title: "a first sync → folders are the paths of the public_ids",
    initial,
    expect: {
      rows: {
        one: { folder: "f", public_id: "f/one", ...synced },
        two: { folder: "f/g", public_id: "f/g/two", ...synced },
      },
    },
  },
  {
    title: "renamed into another folder there → the folder follows",
    initial,
    there: [there.rename("one", "new/one")],
    expect: {
      rows: { one: { folder: "new", public_id: "new/one", ...synced } },
      log: ["rename pull success one"],
    },
  },
  {
    title: "moved here → one rename",
    initial,
    here: [here.set("one", { folder: "new/deep" })],
    expect: {
      rows: { one: { folder: "new/deep", public_id: "new/deep/one", ...synced } },
      cloudinary: { one: { public_id: "new/deep/one" } },
      calls: { [rename]: 1 },
      log: ["rename push success one"],
    },
  },
  {
    title: "moved to the root here → one rename",
    initial,
    here: [here.set("two", { folder: "" })],
    expect: {
      rows: { two: { folder: "", public_id: "two", ...synced } },
      cloudinary: { two: { public_id: "two" } },
      calls: { [rename]: 1 },
      log: ["rename push success two"],
    },
  },
  {
    title: "renamed here → the folder follows",
    initial,
    here: [here.set("one", { public_id: "other/name" })],
    expect: {
      rows: { one: { folder: "other", public_id: "other/name", ...synced } },
      cloudinary: { one: { public_id: "other/name" } },
      calls: { [rename]: 1 },
      log: ["rename push success one"],
    },
  },
  {
    title:
      "renamed there, moved here, policy cloudinary → one conflict of names, Cloudinary's name and its folder",
    initial,
    there: [there.rename("one", "there/one")],
    here: [here.set("one", { folder: "here" })],
    expect: {
      rows: { one: { folder: "there", public_id: "there/one", ...synced } },
      cloudinary: { one: { public_id: "there/one" } },
      log: ["conflict pull conflict one", "rename pull success one"],
      conflicts: {
        one: {
          public_id: {
            base: "f/one",
            database: "here/one",
            cloudinary: "there/one",
            kept: "cloudinary",
          },
        },
      },
    },
  },
  {
    title: "moved and retagged here → both",
    initial,
    here: [here.set("one", { folder: "new", tags: ["a", "b"] })],
    expect: {
      rows: { one: { folder: "new", public_id: "new/one", tags: ["a", "b"], ...synced } },
      cloudinary: { one: { public_id: "new/one", tags: ["a", "b"] } },
      calls: { [rename]: 1, [tags]: 1 },
      log: ["rename push success one"],
    },
  },
];

let world: ScenarioWorld;

const emulatorEntrypoint = new URL("../../support/fixed-folder-emulator.ts", import.meta.url);
const scenarioTest = stackTests({ emulatorEntrypoint }, async ({ stack }) => {
  world = await openScenarioWorld(stack);
});

for (const scenario of scenarios) {
  scenarioTest(
    `fixed folders: ${scenario.title}`,
    // In this mode only the emulator's own state shows a display name.
    () => playScenario(world, { untold: ["display_name"], ...scenario }),
  );
}
