/** The examples of the client's README as a program: what follows `// →` is what the expression before it must give. */

const root = new URL("../../../", import.meta.url);

/** What the examples take for given; each of these names is theirs to use. */
export interface Given {
  SUPABASE_URL: string;
  SUPABASE_PUBLISHABLE_KEY: string;
  email: string;
  password: string;
  admin: { email: string; password: string };
  file: File;
  progressBar: { value: number };
}

/** The program: `run(given, expect)`, which calls `expect` for each `// →`. */
export interface Examples {
  run(
    given: Given,
    expect: (found: unknown, wanted: unknown, example: string) => void,
  ): Promise<void>;
}

/** The fenced blocks of TypeScript in the README, in their order. */
export async function readExamples(): Promise<string[]> {
  const text = await Deno.readTextFile(new URL("supabase/client/README.md", root));
  return Array.from(text.matchAll(/^```ts\n([^]*?)^```$/gm), ([, code]) => code!);
}

/**
 * All examples as one module.
 *
 * @param client What the examples' `media-sync-client` is imported from.
 * @param types Where `Given` is imported from; the module is TypeScript.
 */
export function toModule(examples: readonly string[], client: string, types: string): string {
  const imports = new Set<string>();
  const lines: string[] = [];
  for (const line of examples.join("\n").split("\n")) {
    const imported = /^import \{ (.+) \} from "(.+)";$/.exec(line);
    if (imported !== null) {
      const from = imported[2] === "media-sync-client" ? client : imported[2];
      imports.add(`import { ${imported[1]} } from ${JSON.stringify(from)};`);
      continue;
    }
    const claim = /^(\s*)(.+?);? \/\/ → (.+)$/.exec(line);
    lines.push(
      claim === null
        ? line
        : `${claim[1]}expect(${claim[2]}, ${claim[3]}, ${JSON.stringify(line.trim())});`,
    );
  }
  return `${[...imports].join("\n")}
import type { Examples } from ${JSON.stringify(types)};

const console = { log: (..._told: unknown[]) => {} };

export const run: Examples["run"] = async (given, expect) => {
  const { SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY, email, password, admin, file, progressBar } = given;
${lines.join("\n")}
};
`;
}
