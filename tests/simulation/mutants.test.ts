/** The deliberate bugs that the simulator must catch: each still fits the product, so that none goes stale in silence. */
import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { changedFiles, readMutants, StaleMutant } from "./simulator/mutants/apply.ts";

const mutants = await readMutants();

Deno.test("the list of mutants → at least 20, each with a name of its own", () => {
  const names = mutants.map(({ name }) => name);
  assert(names.length >= 20, `${names.length} mutants`);
  assertEquals(new Set(names).size, names.length);
});

for (const mutant of mutants) {
  Deno.test(`${mutant.name}: ${mutant.why} → its text stands in the product once`, async () => {
    const changed = await changedFiles(mutant);
    assertEquals(changed.size, mutant.file.endsWith(".sql") ? 2 : 1);
    assertNotEquals(mutant.find, mutant.replace);
  });
}

const plans = new URL("./simulator/regressions/", import.meta.url);
for (const { name, plan } of mutants.filter(({ plan }) => plan !== undefined)) {
  Deno.test(`${name}: the plan that shows it → is kept`, async () => {
    assert((await Deno.stat(new URL(`${plan}.json`, plans))).isFile);
  });
}

for (const flag of ["--only=no-such-mutant", "--mutant=no-such-mutant"]) {
  Deno.test(`simulate --mutants ${flag} → exit 2 and the unknown name, not 0 of 0`, async () => {
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--allow-all",
        new URL("../../scripts/simulate.ts", import.meta.url).href,
        "--mutants",
        flag,
      ],
    }).output();
    assertEquals(code, 2);
    assertMatch(new TextDecoder().decode(stdout), /^No mutant has "no-such-mutant" in its name/);
  });
}

Deno.test("a mutant whose text is gone → StaleMutant, which names it", async () => {
  const [mutant] = mutants;
  const error = await assertRejects(
    () => changedFiles({ ...mutant!, file: "config.toml", find: "no such text" }),
    StaleMutant,
  );
  assert(error.message.includes(mutant!.name));
});
