import { parse, TomlError } from "smol-toml";
import { functionNames } from "../support/function-names.ts";

/** What becomes of a project's `config.toml`. */
export interface MergedConfig {
  /** What is to be appended to it; empty where it has all. */
  appended: string;
  /** Why it can not be brought there; sentences with their mend. */
  obstacles: string[];
}

/** Without `verify_jwt = false` the gateway refuses API keys, and Cloudinary. */
function block(name: string): string {
  return `[functions.${name}]\nverify_jwt = false\nentrypoint = "./functions/${name}/index.ts"\n`;
}

/**
 * Finds what a `config.toml` lacks for our functions. Nothing in it is changed: what is missing comes at its end, and what
 * the whole then says is compared with what it said before.
 *
 * @param text The file.
 */
export function mergeConfig(text: string): MergedConfig {
  const before = parseToml(text);
  if (typeof before === "string") {
    return { appended: "", obstacles: [`config.toml can not be read (${before}): mend it first`] };
  }
  const functions = tableOf(before, "functions");
  const obstacles = findObstacles(before, functions);
  const missing = functionNames.filter((name) => functions[name] === undefined);
  if (missing.length === 0) return { appended: "", obstacles };
  const appended = `${text === "" || text.endsWith("\n") ? "" : "\n"}
# Media Sync: its functions check credentials themselves. Taken away by deno task uninstall --from.
${missing.map(block).join("\n")}# Media Sync: end
`;
  const expected = {
    ...before,
    functions: { ...functions, ...tableOf(parse(missing.map(block).join("\n")), "functions") },
  };
  const after = parseToml(text + appended);
  if (
    typeof after === "string" || JSON.stringify(sorted(after)) !== JSON.stringify(sorted(expected))
  ) {
    obstacles.push(
      `config.toml takes no blocks at its end: write [functions.${
        missing.join("], [functions.")
      }] there by hand, each with ` +
        'verify_jwt = false and entrypoint = "./functions/<name>/index.ts"',
    );
  }
  return { appended, obstacles };
}

function findObstacles(config: Table, functions: Table): string[] {
  const obstacles: string[] = [];
  for (const name of functionNames) {
    const own = functions[name];
    if (own === undefined) continue;
    const { verify_jwt, entrypoint, enabled } = own as Table;
    const isOurs = verify_jwt === false && enabled !== false &&
      (entrypoint === undefined ||
        /^(\.\/)?functions\/[\w-]+\/index\.ts$/.test(String(entrypoint)));
    if (!isOurs) {
      obstacles.push(
        `config.toml has a block [functions.${name}] that is not Media Sync's: give your function another name, or write ` +
          "verify_jwt = false there if it is, without enabled = false",
      );
    }
  }
  for (const [remote, settings] of Object.entries(tableOf(config, "remotes"))) {
    const ofRemote = tableOf(tableOf({ settings }, "settings"), "functions");
    for (const name of functionNames) {
      if (tableOf(ofRemote, name).verify_jwt !== true) continue;
      obstacles.push(
        `config.toml says verify_jwt = true under [remotes.${remote}.functions.${name}], and the gateway would refuse ` +
          "Cloudinary there: take it out",
      );
    }
  }
  if (tableOf(config, "edge_runtime").deno_version === 1) {
    obstacles.push("config.toml says deno_version = 1 under [edge_runtime]: the functions need 2");
  }
  const { schemas } = tableOf(config, "api");
  if (Array.isArray(schemas) && schemas.includes("media_sync")) {
    obstacles.push("config.toml exposes the schema media_sync under [api]: take it out of schemas");
  }
  return obstacles;
}

type Table = Record<string, unknown>;

function tableOf(config: Table, name: string): Table {
  const table = config[name];
  return typeof table === "object" && table !== null && !Array.isArray(table) ? table as Table : {};
}

/** @returns The first line of the reader's complaint where it is no TOML. */
function parseToml(text: string): Table | string {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    return `line ${error.line}: ${
      error.message.split("\n")[0]!.replace(/^Invalid TOML document: /, "")
    }`;
  }
}

/** With keys in one order, so that texts can be compared. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).sort(([left], [right]) => left < right ? -1 : 1)
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
