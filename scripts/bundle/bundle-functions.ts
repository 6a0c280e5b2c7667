import { DATABASE_VERSION } from "../../supabase/functions/_shared/media/database-version.ts";
import { CommandError } from "../support/command-error.ts";
import { functionNames } from "../support/function-names.ts";

const root = new URL("../../", import.meta.url).pathname;

/** What a bundle may weigh, in bytes; the platform's own bound for bundling on its server is 5 MB. */
export const LARGEST_BUNDLE = 1_500_000;

/** A function as one file. */
export interface FunctionBundle {
  name: string;
  /** An ES module that imports nothing but what the runtime brings (`node:…`). */
  text: string;
  /** Bytes of the text. */
  bytes: number;
  /** Bytes when compressed by gzip. */
  gzip: number;
}

/**
 * Makes one file of each function, with `deno bundle`, which takes packages in the versions and with the hashes of the
 * lock file. The platform would otherwise take whole packages, of which functions use a sixteenth.
 *
 * @returns In the order of {@linkcode functionNames}.
 * @throws CommandError `bundle_failed`, `bundle_too_large`
 */
export async function bundleFunctions(): Promise<FunctionBundle[]> {
  const bundles: FunctionBundle[] = [];
  for (const name of functionNames) {
    const text = provideRequire(name, await runBundler(name));
    const encoded = new TextEncoder().encode(text);
    if (encoded.byteLength > LARGEST_BUNDLE) {
      throw new CommandError(
        "bundle_too_large",
        `The bundle of ${name} has ${encoded.byteLength} bytes; ${LARGEST_BUNDLE} are the most: take packages out ` +
          "of its imports.",
      );
    }
    const compressed = new Blob([encoded]).stream().pipeThrough(new CompressionStream("gzip"));
    const gzip = (await new Response(compressed).arrayBuffer()).byteLength;
    bundles.push({ name, text, bytes: encoded.byteLength, gzip });
  }
  return bundles;
}

async function runBundler(name: string): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/${name}.js`;
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["bundle", "--quiet", "--minify", "--keep-names", "--frozen-lockfile", "--output", file],
        `supabase/functions/${name}/index.ts`,
      ],
      cwd: root,
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "null",
    }).output();
    if (success) return await Deno.readTextFile(file);
    const said = new TextDecoder().decode(stderr).trim().split("\n").slice(0, 12).join("\n");
    throw new CommandError(
      "bundle_failed",
      `The function ${name} could not be bundled:\n${said}\nRun deno task check; the bundler comes with Deno 2.9.`,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * Gives the code of CommonJS packages, which the bundle holds, the `require` that they ask for what the runtime brings: an
 * ES module has none, and the first write to Cloudinary would fail.
 */
function provideRequire(name: string, code: string): string {
  const asked = [...code.matchAll(/\b[\w$]+\("(node:[a-z/_]+)"\)/g)].map(([, module]) => module!);
  const modules = [...new Set(asked)].sort();
  const imports = modules.map((module, index) => `import required${index} from "${module}";`);
  const entries = modules.map((module, index) => `"${module}": required${index}`);
  return [
    `// Media Sync ${DATABASE_VERSION}: the function ${name} as one file, made of supabase/functions by deno task bundle.`,
    "// deno-lint-ignore-file",
    "// deno-fmt-ignore-file",
    ...imports,
    `const required = { ${entries.join(", ")} };`,
    "const require = (name) => {",
    "  const found = required[name];",
    "  if (found === undefined) throw new Error(`This bundle does without ${name}.`);",
    "  return found;",
    "};",
    code,
  ].join("\n");
}
