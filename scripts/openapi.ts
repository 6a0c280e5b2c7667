/** Writes the API's description and the types of a client from the contract: `deno task openapi`. */
import openapiTS, { astToString } from "openapi-typescript";
import { createOpenApiDocument } from "../supabase/functions/_shared/contract/openapi/document.ts";
import { DATABASE_VERSION } from "../supabase/functions/_shared/media/database-version.ts";
import { type Command, runAsProcess } from "./support/command.ts";
import { formatText } from "./support/format-text.ts";
import { readFlags } from "./support/read-flags.ts";

/** The OpenAPI document, relative to the repository. */
export const DOCUMENT_FILE = "openapi.json";
/** What openapi-typescript makes of it; the tests' client stands on it. */
export const TYPES_FILE = "tests/support/openapi-types.ts";

const usage =
  `Writes ${DOCUMENT_FILE}, the OpenAPI 3.1 document of the HTTP API, from the schemas in
supabase/functions/_shared/contract, and ${TYPES_FILE}, the types of a client, from that.

  --check   only compares; exits 1 where they are not what the contract gives
  --help    this text`;

const root = new URL("../", import.meta.url);

/** Paths of the generated files, relative to the repository, with what each should hold. */
export async function generateOpenApiFiles(): Promise<Map<string, string>> {
  const document = createOpenApiDocument({ version: DATABASE_VERSION });
  const json = JSON.stringify(document, null, 2);
  const types = astToString(await openapiTS(json, { defaultNonNullable: false }));
  const banner =
    `// deno-lint-ignore-file -- generated from ${DOCUMENT_FILE} by \`deno task openapi\`\n`;
  return new Map([
    [DOCUMENT_FILE, await formatText(json, "json")],
    [TYPES_FILE, await formatText(banner + types, "ts")],
  ]);
}

const openApiCommand: Command = async (args, { print }) => {
  const flags = readFlags("openapi", args, {
    check: { type: "boolean" },
    help: { type: "boolean" },
  });
  if (flags.help) {
    print(usage);
    return 0;
  }
  let code = 0;
  for (const [path, wanted] of await generateOpenApiFiles()) {
    const url = new URL(path, root);
    const found = await Deno.readTextFile(url).catch(() => "");
    if (found === wanted) print(`${path} is what the contract gives.`);
    else if (flags.check) {
      print(`${path} is not what the contract gives; run \`deno task openapi\`.`);
      code = 1;
    } else {
      await Deno.writeTextFile(url, wanted);
      print(`Wrote ${path}.`);
    }
  }
  return code;
};

if (import.meta.main) await runAsProcess(openApiCommand);
