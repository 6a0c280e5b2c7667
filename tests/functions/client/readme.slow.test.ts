/** The examples of the client's README, run; `package.slow.test.ts` compiles them. */
import { assert, assertEquals } from "@std/assert";
import { control, syncUntilCompleted } from "../../support/stack.ts";
import { stackTests } from "../../support/stack-test.ts";
import { type Examples, readExamples, toModule } from "./examples.ts";
import { picture } from "./picture.ts";

const root = new URL("../../../", import.meta.url);

const stackTest = stackTests({ assets: 40 }, async ({ stack, call }) => {
  await control(stack, "PUT /behavior", { backup: true });
  await syncUntilCompleted(call);
});

async function withProgram(fn: (file: URL) => Promise<void>): Promise<void> {
  await Deno.mkdir(new URL(".local/", root), { recursive: true });
  const folder = await Deno.makeTempDir({ dir: new URL(".local/", root).pathname });
  try {
    const file = new URL(`file://${folder}/examples.ts`);
    const code = toModule(
      await readExamples(),
      new URL("supabase/client/mod.ts", root).href,
      new URL("./examples.ts", import.meta.url).href,
    );
    await Deno.writeTextFile(file, code);
    await fn(file);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

stackTest(
  "the README's examples, one after the other → do what they say",
  async ({ stack }) => {
    await withProgram(async (file) => {
      const { url, publishable_key, users } = stack.info;
      const { run } = await import(file.href) as Examples;
      let claims = 0;
      await run(
        {
          SUPABASE_URL: url,
          SUPABASE_PUBLISHABLE_KEY: publishable_key,
          ...users.editor,
          admin: users.admin,
          file: new File([picture()], "Red shoe.png", { type: "image/png" }),
          progressBar: { value: 0 },
        },
        (found, wanted, example) => {
          claims++;
          assertEquals(found, wanted, example);
        },
      );
      assert(claims >= 20, `${claims} claims`);
    });
  },
);
