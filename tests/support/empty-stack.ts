import { assert } from "@std/assert";
import type { Stack } from "../../scripts/local/stack-options.ts";
import { functionNames } from "../../scripts/support/function-names.ts";

/** A table and the rows that an installation begins with, as JSON. */
interface InstalledTable {
  name: string;
  rows: string;
}

const installed = new WeakMap<Stack, InstalledTable[]>();

/** Remembers what a stack begins with; before anything else happens to it. */
export async function rememberInstallation(stack: Stack): Promise<void> {
  const tables = await stack.sql<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_catalog.pg_tables
     where schemaname = 'media_sync' or (schemaname = 'public' and tablename like 'media\\_%')
        or (schemaname, tablename) = ('vault', 'secrets')`,
  );
  installed.set(
    stack,
    await Promise.all(tables.map(async ({ name }) => {
      const [table] = await stack.sql<{ rows: string }>(
        `select coalesce(jsonb_agg(to_jsonb(known)), '[]')::text as rows from ${name} as known`,
      );
      return { name, rows: table!.rows };
    })),
  );
}

/** A stack began with the data of an earlier one; emptied, it is to be as that one was at first. */
export function inheritInstallation(stack: Stack, earlier: Stack): void {
  installed.set(stack, installed.get(earlier)!);
}

/**
 * Brings a stack back to where it began: an installation without assets, an empty library without faults, functions that
 * have not been called. Accounts of users and webhook triggers stay.
 */
export async function emptyStack(stack: Stack): Promise<void> {
  await emptyLibrary(stack);
  // What they still do in the background must not come after the emptying.
  await Promise.all(functionNames.map((name) => stack.killFunction(name)));
  await emptyDatabase(stack);
}

/** As {@linkcode emptyStack}, but the functions go on. */
export async function emptySides(stack: Stack): Promise<void> {
  await emptyLibrary(stack);
  await emptyDatabase(stack);
}

/** Nothing is notified of it any more when this resolves. */
async function emptyLibrary(stack: Stack): Promise<void> {
  const response = await fetch(`${stack.info.cloudinary_http}/_emulator/state`, {
    method: "DELETE",
  });
  assert(response.ok, await response.text());
}

async function emptyDatabase(stack: Stack): Promise<void> {
  const tables = installed.get(stack);
  assert(tables, "the stack was not started by startTestStack");
  const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
  // Replica: no trigger sees it, as none would see a new installation.
  await stack.sql(`do $empty$
declare
    v_table text;
    v_rows integer;
begin
    set local session_replication_role = replica;
    foreach v_table in array array[${tables.map(({ name }) => literal(name)).join(", ")}] loop
        execute format('select count(*) from (select from %s limit 100) as known', v_table) into v_rows;
        -- Truncating takes longer than deleting a few rows, and leaves nothing of many.
        if v_rows = 100 then
            execute format('truncate %s cascade', v_table);
        elsif v_rows > 0 then
            execute format('delete from %s', v_table);
        end if;
    end loop;
    delete from net.http_request_queue;
    delete from net._http_response;
${
    tables.filter(({ rows }) => rows !== "[]").map(({ name, rows }) => `
    insert into ${name} overriding system value
    select * from jsonb_populate_recordset(null::${name}, ${literal(rows)}::jsonb);`).join("")
  }
end $empty$`);
}
