/** A library of one size with all that asks it: the local stack over HTTP, and a session of its own for bare SQL. */
import postgres from "postgres";
import type { SqlRunner } from "../../../scripts/local/database.ts";
import { startStack } from "../../../scripts/local/stack.ts";
import type { Postgres } from "../../../scripts/support/postgres/start-postgres.ts";
import {
  librarySchema,
  toLibraryQuery,
} from "../../../supabase/functions/media-list/library-query.ts";
import { naiveStatements } from "./naive.ts";
import { libraryPaths, type Path, type Role } from "./paths.ts";
import { fillLibrary } from "./rows.ts";

/** Does what `media-list` does before it reads: knows its caller, and asks the database one thing, with his rights. */
export const EMPTY_FUNCTION = `
import { createHandler } from "../_shared/http/handler.ts";
import { jsonResponse } from "../_shared/http/respond.ts";
import { requireDatabaseVersion } from "../_shared/media/database-version.ts";

export default {
  fetch: createHandler({
    name: "empty",
    requireDatabase: requireDatabaseVersion,
    routes: [{
      method: "GET",
      path: "/",
      handle: async ({ identify }) => {
        const caller = await identify(["anonymous", "user", "secret"]);
        const { data, error } = await caller.supabase.rpc("bench_empty" as never);
        if (error !== null) throw error;
        return jsonResponse({ success: true, data } as never);
      },
    }],
  }),
};
`;
const EMPTY_SQL = `
  create function public.bench_empty() returns integer language sql stable as $$ select 1 $$;
  grant execute on function public.bench_empty() to anon, authenticated;
`;

/** A naive statement that runs longer is given up. */
const NAIVE_PATIENCE_MS = 10_000;

/** A library and the ways to ask it. Each method resolves to the time that the answer took, in ms. */
export interface Site {
  assets: number;
  paths: Path[];
  /** Over HTTP, as apps ask. @throws Error when the answer is no page. */
  overHttp(path: Path, role: Role, round: number): Promise<number>;
  /** The SQL function behind it, as the same caller. */
  bySql(path: Path, role: Role, round: number): Promise<number>;
  /** The naive peer's statements, as the owner; what it was given up at, where that took too long. */
  naively(path: Path): Promise<number>;
  /** A request that reads no library. */
  empty(role: Role): Promise<number>;
  /** How long it took to make the rows, in s. */
  filled_s: number;
  stop(): Promise<void>;
}

/** Makes a library of so many assets and starts a stack on it. */
export async function openSite(
  server: Postgres,
  assets: number,
  functionsDirectory: URL,
): Promise<Site> {
  const database = await server.createDatabase();
  const sql = postgres(database, { max: 1, onnotice: () => {}, prepare: true });
  const runner = {
    query: async <Row>(text: string, parameters: unknown[] = []) =>
      [...await sql.unsafe(text, parameters as never[])] as Row[],
    exec: async (text: string) => void await sql.unsafe(text),
  };
  const begun = performance.now();
  await fillLibrary(runner, assets);
  const filled_s = (performance.now() - begun) / 1_000;
  await runner.exec(EMPTY_SQL);
  const stack = await startStack({
    quiet: true,
    cron: false,
    database,
    functionsDirectory,
    functionNames: ["media-list", "empty"],
  });
  const paths = await libraryPaths(runner, assets);
  for (const path of paths) await requireMatches(runner, path);
  const headers = await credentials(stack.info);
  const get = async (address: string, role: Role, refused = false) => {
    const started = performance.now();
    const response = await fetch(`${stack.info.url}/functions/v1/${address}`, {
      headers: headers[role],
    });
    const text = await response.text();
    const time = performance.now() - started;
    if (response.status !== 200 && !(refused && response.status === 400)) {
      throw new Error(`${role} ${address} → ${response.status} ${text.slice(0, 500)}`);
    }
    return time;
  };
  return {
    assets,
    filled_s,
    paths,
    overHttp: (path, role, round) =>
      get(`media-list?${new URLSearchParams(path.query(round))}`, role, path.mayBeRefused),
    empty: (role) => get("empty", role),
    async bySql(path, role, round) {
      const query = toLibraryQuery(librarySchema.parse(path.query(round)));
      const called = path.kind === "facets" ? "get_media_facets" : "list_media_assets";
      let time = NaN;
      await sql.begin(async (transaction) => {
        await transaction`select
          set_config('request.jwt.claims', ${JSON.stringify(claims(role))}, true),
          set_config('role', ${role === "anonymous" ? "anon" : "authenticated"}, true)`;
        const started = performance.now();
        try {
          await transaction.unsafe(`select public.${called}($1::jsonb) as answer`, [
            query as never,
          ]);
        } finally {
          time = performance.now() - started;
        }
      }).catch((error) => {
        if (!path.mayBeRefused || error.code !== "22023") throw error;
      });
      return time;
    },
    async naively(path) {
      const query = toLibraryQuery(librarySchema.parse(path.query(0)));
      const kind = path.kind === "facets" ? "facets" : "page";
      let left = NAIVE_PATIENCE_MS;
      for (const statement of naiveStatements(query, kind)) {
        const started = performance.now();
        await sql.begin(async (transaction) => {
          await transaction.unsafe(`set local statement_timeout = ${Math.ceil(left)}`);
          await transaction.unsafe(statement);
        }).catch((error) => {
          if (error.code !== "57014") throw error;
          left = 0;
        });
        left -= performance.now() - started;
        if (left <= 0) return NAIVE_PATIENCE_MS;
      }
      return NAIVE_PATIENCE_MS - left;
    },
    async stop() {
      await stack.stop();
      await sql.end();
    },
  };
}

/** What finds nothing is soon answered, and would be measured all the same. @throws Error where it is not meant to be so. */
async function requireMatches(database: SqlRunner, path: Path): Promise<void> {
  const { include: _, page: __, cursor: ___, ...query } = path.query(0);
  const [row] = await database.query<{ found: boolean }>(
    "select public.list_media_assets($1::jsonb) -> 'items' <> '[]' as found",
    [toLibraryQuery(librarySchema.parse(query))],
  );
  if (row!.found === (path.inVain ?? false)) {
    throw new Error(`"${path.name}" finds ${row!.found ? "something" : "nothing"}.`);
  }
}

function claims(role: Role): Record<string, unknown> {
  if (role === "anonymous") return { role: "anon" };
  return {
    role: "authenticated",
    sub: "00000000-0000-4000-8000-000000000001",
    aud: "authenticated",
    app_metadata: role === "editor" ? { media_role: "editor" } : {},
  };
}

async function credentials(
  { url, publishable_key: apikey, users }: Awaited<ReturnType<typeof startStack>>["info"],
): Promise<Record<Role, Record<string, string>>> {
  const signIn = async (name: "viewer" | "editor") => {
    const response = await fetch(`${url}/auth/v1/token?grant_type=password`, {
      method: "POST",
      headers: { apikey, "content-type": "application/json" },
      body: JSON.stringify(users[name]),
    });
    const { access_token } = await response.json();
    return { apikey, authorization: `Bearer ${access_token}` };
  };
  return { viewer: await signIn("viewer"), editor: await signIn("editor"), anonymous: { apikey } };
}
