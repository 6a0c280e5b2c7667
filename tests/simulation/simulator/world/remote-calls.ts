/**
 * `POST /rest/v1/rpc/<function>`, and rows by their ids, in one round trip to PGlite, as PostgREST does it: one
 * transaction with the caller's role and claims. What it does not know is left to the whole data API, which takes ten
 * times as long.
 */
import type { LocalDatabase } from "../../../../scripts/local/database.ts";
import type { Keys } from "../../../../scripts/local/keys.ts";
import { literal, tableText } from "./table-requests.ts";

interface Signature {
  arguments: Map<string, string>;
  /** How the answer is made of what the function returns. */
  answer: "value" | "rows" | "values" | "nothing";
}

/** Answers a call, or null where it leaves it to the data API. */
export type RemoteCalls = (request: Request, body: string) => Promise<Response | null>;

/** Reads the functions' signatures and makes the caller. */
export async function createRemoteCalls(database: LocalDatabase, keys: Keys): Promise<RemoteCalls> {
  const signatures = await readSignatures(database);
  const { driver } = database.connection as unknown as {
    driver: { exec(text: string): Promise<{ rows: Record<string, unknown>[] }[]> };
  };

  return async (request, body) => {
    const url = new URL(request.url);
    const accept = request.headers.get("accept") ?? "*/*";
    if (accept !== "*/*" && accept !== "application/json") return null;
    const caller = callerOf(request, keys);
    if (caller === null) return null;
    const name = /^\/rest\/v1\/rpc\/([a-z_]+)$/.exec(url.pathname)?.[1];
    const signature = signatures.get(name ?? "");
    const isCall = request.method === "POST" && url.search === "" && signature !== undefined;
    const call = isCall ? callText(name!, signature, body === "" ? {} : JSON.parse(body)) : null;
    const result = call === null
      ? tableText(request.method, url, request.headers, body)
      : resultText(call, signature!);
    if (result === null) return null;
    const settings = [
      ["role", caller.role],
      ["request.jwt.claims", JSON.stringify(caller.claims)],
      ["request.method", request.method],
      ["request.path", url.pathname],
    ].map(([key, value]) => `set_config('${key}', ${literal(value!)}, true)`).join(", ");
    try {
      const results = await database.exclusive(() => driver.exec(`select ${settings}; ${result}`));
      if (call !== null && signature!.answer === "nothing") {
        return new Response(null, { status: 204 });
      }
      const answer = results[1]!.rows[0]!.answer;
      return new Response(answer === null ? "null" : String(answer), {
        headers: { "content-type": "application/json; charset=utf-8" },
      });
    } catch (error) {
      return failureOf(error as SqlError);
    }
  };
}

interface SqlError {
  code?: string;
  message: string;
  detail?: string;
  hint?: string;
}

/** PostgREST's statuses by SQLSTATE; the first prefix that fits. */
const STATUSES: readonly [string, number][] = [
  ["08", 503],
  ["0L", 403],
  ["0P", 403],
  ["23503", 409],
  ["23505", 409],
  ["25006", 405],
  ["25", 500],
  ["28", 403],
  ["42501", 403],
  ["42883", 404],
  ["42P01", 404],
  ["53", 503],
  ["P0001", 400],
  ["40", 500],
  ["54", 500],
  ["55", 500],
  ["57", 500],
  ["58", 500],
  ["P0", 500],
  ["XX", 500],
  ["", 400],
];

function failureOf({ code, message, detail, hint }: SqlError): Response {
  const status = code === undefined
    ? 500
    : STATUSES.find(([prefix]) => code.startsWith(prefix))![1];
  return Response.json(
    { code: code ?? "XX000", message, details: detail ?? null, hint: hint ?? null },
    { status },
  );
}

function resultText(call: string, { answer }: Signature): string {
  switch (answer) {
    case "rows":
      return `select coalesce((select json_agg(row_to_json(result)) from ${call} as result), '[]')::text as answer`;
    case "values":
      return `select coalesce((select json_agg(result) from ${call} as result), '[]')::text as answer`;
    default:
      return `select to_json(${call})::text as answer`;
  }
}

function callText(
  name: string,
  signature: Signature,
  values: Record<string, unknown>,
): string | null {
  const given: string[] = [];
  for (const [key, value] of Object.entries(values)) {
    const type = signature.arguments.get(key);
    if (type === undefined) return null;
    const text = valueText(value, type);
    if (text === null) return null;
    given.push(`${key} => ${text}`);
  }
  return `public.${name}(${given.join(", ")})`;
}

function valueText(value: unknown, type: string): string | null {
  if (value === null || value === undefined) return `null::${type}`;
  if (type === "jsonb" || type === "json") return `${literal(JSON.stringify(value))}::${type}`;
  if (Array.isArray(value)) {
    if (!/^(text|uuid|integer|bigint)\[\]$/.test(type)) return null;
    return `array(select jsonb_array_elements_text(${literal(JSON.stringify(value))}))::${type}`;
  }
  return typeof value === "object" ? null : `${literal(String(value))}::${type}`;
}

function callerOf(request: Request, keys: Keys): { role: string; claims: unknown } | null {
  const bearer = request.headers.get("authorization")?.replace(/^Bearer /, "");
  const key = bearer?.startsWith("sb_") || bearer === undefined
    ? bearer ?? request.headers.get("apikey")
    : null;
  if (key === keys.secret || key === keys.cron) {
    return { role: "service_role", claims: { role: "service_role" } };
  }
  const payload = bearer?.split(".")[1];
  if (!payload) return null;
  const claims = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
  return { role: claims.role, claims };
}

async function readSignatures(database: LocalDatabase): Promise<Map<string, Signature>> {
  const rows = await database.query<{
    name: string;
    names: string[] | null;
    types: string[];
    is_set: boolean;
    kind: string;
    result: string;
  }>(
    `select proname::text as name, proargnames as names,
       array(select format_type(type, null) from unnest(proargtypes) with ordinality as one (type, place) order by place) as types,
       proretset as is_set, result.typtype::text as kind, format_type(prorettype, null) as result
     from pg_proc join pg_type as result on result.oid = prorettype
     where pronamespace = 'public'::regnamespace and prokind = 'f'`,
  );
  const signatures = new Map<string, Signature>();
  for (const { name, names, types, is_set, kind, result } of rows) {
    const isRow = kind === "c" || result === "record";
    signatures.set(name, {
      arguments: new Map(types.map((type, index) => [names?.[index] ?? `$${index + 1}`, type])),
      answer: result === "void" ? "nothing" : is_set ? (isRow ? "rows" : "values") : "value",
    });
  }
  // Overloaded ones are the data API's to choose from.
  const count = new Map<string, number>();
  for (const { name } of rows) count.set(name, (count.get(name) ?? 0) + 1);
  for (const [name, times] of count) if (times > 1) signatures.delete(name);
  return signatures;
}
