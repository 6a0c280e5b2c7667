import postgres from "postgres";

/** What a database holds, whoever made it: objects with their definitions and rights, jobs, secrets, extensions. */
const QUERIES = [
  `select 'schema', nspname, concat(nspowner::regrole, ' ', nspacl::text) from pg_namespace
   where nspname !~ '^pg_(temp|toast)'`,
  `select 'extension', extname, extnamespace::regnamespace::text from pg_extension`,
  `select 'relation', oid::regclass::text, concat_ws(' ', relkind, relowner::regrole, relacl::text, relrowsecurity,
     relforcerowsecurity, reloptions::text, relpersistence,
     case when relkind in ('v', 'm') then pg_get_viewdef(oid) when relkind in ('i', 'I') then pg_get_indexdef(oid) end)
   from pg_class where relnamespace::regnamespace::text !~ '^pg_'`,
  `select 'column', attrelid::regclass || '.' || attname, concat_ws(' ', attnum, format_type(atttypid, atttypmod), attnotnull,
     attidentity, attgenerated, attacl::text, pg_get_expr(adbin, adrelid))
   from pg_attribute join pg_class on pg_class.oid = attrelid
   left join pg_attrdef on adrelid = attrelid and adnum = attnum
   where relnamespace::regnamespace::text !~ '^pg_' and attnum > 0`,
  `select 'function', oid::regprocedure::text, concat_ws(' ', proowner::regrole, proacl::text, prosecdef, provolatile,
     proconfig::text, prosrc)
   from pg_proc where pronamespace::regnamespace::text !~ '^(pg_|information_schema)'`,
  `select 'type', oid::regtype::text, concat_ws(' ', typtype, typowner::regrole, typacl::text)
   from pg_type where typnamespace::regnamespace::text !~ '^(pg_|information_schema)'`,
  `select 'constraint', concat(conrelid::regclass, ' ', conname), pg_get_constraintdef(oid)
   from pg_constraint where connamespace::regnamespace::text !~ '^(pg_|information_schema)'`,
  `select 'trigger', concat(tgrelid::regclass, ' ', tgname), pg_get_triggerdef(oid) from pg_trigger where not tgisinternal`,
  `select 'policy', concat(schemaname, '.', tablename, ' ', policyname),
     concat_ws(' ', permissive, roles::text, cmd, qual, with_check) from pg_policies`,
  `select 'comment', pg_describe_object(classoid, objoid, objsubid), description from pg_description
   where pg_describe_object(classoid, objoid, objsubid) !~ '(pg_catalog|information_schema)' and objoid >= 16384`,
  `select 'default rights', concat(defaclrole::regrole, ' ', defaclnamespace, ' ', defaclobjtype), defaclacl::text
   from pg_default_acl`,
  `select 'publication', concat(pubname, ' ', schemaname, '.', tablename), '' from pg_publication_tables`,
  `select 'event trigger', evtname, evtfoid::regproc::text from pg_event_trigger`,
];

/**
 * Reads a whole database, so that two states of it can be compared.
 *
 * @param url `postgres://` URL, as superuser.
 * @returns One line a fact, sorted.
 */
export async function readWholeCatalog(url: string): Promise<string[]> {
  const sql = postgres(url, {
    max: 1,
    onnotice: () => {},
    connection: { search_path: "pg_catalog" },
  });
  try {
    const facts: string[] = [];
    for (const query of QUERIES) {
      for (const row of await sql.unsafe(`select * from (${query}) as facts (kind, name, value)`)) {
        facts.push(`${row.kind} ${row.name}: ${row.value ?? ""}`);
      }
    }
    for (
      const [table, columns] of [
        ["cron.job", "jobname, schedule, command"],
        ["vault.secrets", "name"],
        ["supabase_migrations.schema_migrations", "version"],
      ]
    ) {
      const [found] = await sql`select to_regclass(${table!}) is not null as here`;
      if (!found?.here) continue;
      for (const row of await sql.unsafe(`select ${columns} from ${table}`)) {
        facts.push(`${table} ${Object.values(row).join(" ")}`);
      }
    }
    return facts.sort();
  } finally {
    await sql.end();
  }
}

/** What one state has and another has not, as a message. */
export function catalogDifference(before: string[], after: string[]): string[] {
  const [first, second] = [new Set(before), new Set(after)];
  return [
    ...before.filter((fact) => !second.has(fact)).map((fact) => `- ${fact}`),
    ...after.filter((fact) => !first.has(fact)).map((fact) => `+ ${fact}`),
  ];
}
