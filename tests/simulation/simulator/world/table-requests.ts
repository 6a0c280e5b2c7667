/** `GET` and `PATCH /rest/v1/<table>` of rows that are named by their ids, as one statement like PostgREST's. */

const NAME = /^[a-z_]+$/;

/**
 * The statement for a request, whose one value `answer` is the body.
 *
 * @returns null for what is more than columns of rows with certain ids.
 */
export function tableText(
  method: string,
  url: URL,
  headers: Headers,
  body: string,
): string | null {
  const table = /^\/rest\/v1\/([a-z_]+)$/.exec(url.pathname)?.[1];
  const filters = [...url.searchParams].filter(([name]) => name !== "select");
  const columns = url.searchParams.get("select")?.split(",") ?? [];
  const [[column, filter] = ["", ""], ...others] = filters;
  const ids = /^(?:eq\.([0-9a-f-]{36})|in\.\(([0-9a-f,-]+)\))$/.exec(filter);
  if (table === undefined || column !== "id" || others.length > 0 || ids === null) return null;
  if (columns.length === 0 || !columns.every((name) => NAME.test(name))) return null;
  const wanted = `id = any (${literal(`{${ids[1] ?? ids[2]}}`)}::uuid[])`;
  const answer = "select coalesce(json_agg(row_to_json(result)), '[]')::text as answer from";
  if (method === "GET") {
    return `${answer} (select ${columns} from public.${table} where ${wanted}) as result`;
  }
  if (method !== "PATCH" || headers.get("prefer") !== "return=representation") return null;
  const given = Object.keys(JSON.parse(body));
  if (given.length === 0 || !given.every((name) => NAME.test(name))) return null;
  return `with result as (
      update public.${table}
      set (${given}) = (select ${given} from json_populate_record(null::public.${table}, ${
    literal(body)
  }))
      where ${wanted}
      returning ${columns}
    )
    ${answer} result`;
}

/** A text as SQL has it. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
