import postgres from "postgres";

/** Relations, functions and types of these schemas, except those that an extension brought. */
const SCHEMAS = "'public', 'media_sync'";

/** Differs between any two states of the schema files, so that it says nothing about the rest. */
const DIGEST = "media_sync.schema_digest()";

/** Who may do what, from an access list; `kind` as in `acldefault`. */
const rights = (list: string, kind: string, owner: string) =>
  `(select string_agg(format('%s to %s%s', privilege_type,
        case grantee when 0 then 'public' else pg_get_userbyid(grantee)::text end,
        case when is_grantable then ' with grant option' else '' end), ', '
        order by grantee::regrole::text, privilege_type)
    from aclexplode(coalesce(${list}, acldefault('${kind}', ${owner}))))`;

/** Each gives rows of kind, name and value; null values are left out. */
const QUERIES = [
  // Schemas and extensions
  `select 'schema', nspname::text, format('owned by %s', nspowner::regrole) from own_schemas
   union all select 'grants on schema', nspname, ${
    rights("nspacl", "n", "nspowner")
  } from own_schemas
   union all select 'comment on schema', nspname, obj_description(oid, 'pg_namespace') from own_schemas
   union all select 'extension', extname, format('in %s', extnamespace::regnamespace) from pg_extension`,
  // Tables, views and sequences
  `select 'relation', name, format('%s %s, row security %s %s, options %s', relkind, relpersistence,
     relrowsecurity, relforcerowsecurity, coalesce(reloptions::text, 'none')) from own_relations
   union all select 'view', name, pg_get_viewdef(oid) from own_relations where relkind in ('v', 'm')
   union all select 'grants on relation', name,
     ${rights("relacl", "r", "relowner")} from own_relations where relkind <> 'S'
   union all select 'grants on sequence', name,
     ${rights("relacl", "s", "relowner")} from own_relations where relkind = 'S'
   union all select 'comment on relation', name, obj_description(oid, 'pg_class') from own_relations
   union all select 'sequence', name, format('%s %s %s %s %s %s', seqtypid::regtype, seqstart, seqincrement, seqmin,
     seqmax, seqcycle) from own_relations join pg_sequence on seqrelid = own_relations.oid`,
  // Columns; not their order, because a column that is added later is the last one
  `select 'column', name || '.' || attname, format('%s%s%s%s', format_type(atttypid, atttypmod),
       case when attnotnull then ' not null' else '' end,
       case when attidentity = '' then '' else ' identity ' || attidentity::text end,
       case when attgenerated = '' then '' else ' generated' end) from own_columns
   union all select 'default of column', name || '.' || attname, pg_get_expr(adbin, adrelid)
     from own_columns join pg_attrdef on adrelid = attrelid and adnum = attnum
   union all select 'grants on column', name || '.' || attname, attacl::text from own_columns
   union all select 'comment on column', name || '.' || attname, col_description(attrelid, attnum) from own_columns`,
  // Constraints and indexes
  `select 'constraint', name || ' ' || conname, pg_get_constraintdef(pg_constraint.oid)
     from pg_constraint join own_relations on conrelid = own_relations.oid
   union all select 'comment on constraint', name || ' ' || conname, obj_description(pg_constraint.oid, 'pg_constraint')
     from pg_constraint join own_relations on conrelid = own_relations.oid
   union all select 'index', indexrelid::regclass::text, pg_get_indexdef(indexrelid)
     from pg_index join own_relations on indrelid = own_relations.oid
   union all select 'comment on index', indexrelid::regclass::text, obj_description(indexrelid, 'pg_class')
     from pg_index join own_relations on indrelid = own_relations.oid`,
  // Functions: pg_get_functiondef tells arguments, volatility, security, settings and body
  `select 'function', name, pg_get_functiondef(oid) from own_functions
   union all select 'grants on function', name, ${
    rights("proacl", "f", "proowner")
  } from own_functions
   union all select 'comment on function', name, obj_description(oid, 'pg_proc') from own_functions`,
  // Triggers and policies
  `select 'trigger', name || ' ' || tgname, pg_get_triggerdef(pg_trigger.oid) || ' enabled ' || tgenabled::text
     from pg_trigger join own_relations on tgrelid = own_relations.oid where not tgisinternal
   union all select 'comment on trigger', name || ' ' || tgname, obj_description(pg_trigger.oid, 'pg_trigger')
     from pg_trigger join own_relations on tgrelid = own_relations.oid
   union all select 'policy', name || ' ' || quote_literal(polname),
     format('%s for %s to %s using (%s) with check (%s)',
       case when polpermissive then 'permissive' else 'restrictive' end, polcmd,
       array(select case role when 0 then 'public' else pg_get_userbyid(role)::text end
             from unnest(polroles) as role order by 1),
       pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
     from pg_policy join own_relations on polrelid = own_relations.oid
   union all select 'comment on policy', name || ' ' || quote_literal(polname),
     obj_description(pg_policy.oid, 'pg_policy')
     from pg_policy join own_relations on polrelid = own_relations.oid`,
  // Enumerations, domains and composite types of their own
  `select 'type', name, coalesce(
       (select 'enum ' || string_agg(quote_literal(enumlabel), ', ' order by enumsortorder)
        from pg_enum where enumtypid = own_types.oid),
       case when typtype = 'd' then format('domain %s %s %s', format_type(typbasetype, typtypmod), typnotnull,
         array(select pg_get_constraintdef(oid) from pg_constraint where contypid = own_types.oid order by conname)) end,
       (select 'composite ' || string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' order by attnum)
        from pg_attribute where attrelid = typrelid and attnum > 0 and not attisdropped))
     from own_types
   union all select 'comment on type', name, obj_description(oid, 'pg_type') from own_types
   union all select 'default privileges', format('%s %s %s', defaclrole::regrole, defaclnamespace::regnamespace,
     defaclobjtype), defaclacl::text from pg_default_acl`,
];

const OWN = `with own_schemas as (
    select * from pg_namespace where nspname in (${SCHEMAS})
  ), brought as (
    select classid, objid from pg_depend where deptype = 'e'
  ), own_relations as (
    select pg_class.*, pg_class.oid::regclass::text as name from pg_class
    where relnamespace in (select oid from own_schemas) and relkind in ('r', 'p', 'v', 'm', 'S')
      and not exists (select from brought where classid = 'pg_class'::regclass and objid = pg_class.oid)
  ), own_columns as (
    select pg_attribute.*, name from pg_attribute join own_relations on attrelid = own_relations.oid
    where attnum > 0 and not attisdropped and relkind <> 'S'
  ), own_functions as (
    select pg_proc.*, pg_proc.oid::regprocedure::text as name from pg_proc
    where pronamespace in (select oid from own_schemas) and prokind in ('f', 'p', 'w')
      and not exists (select from brought where classid = 'pg_proc'::regclass and objid = pg_proc.oid)
  ), own_types as (
    select pg_type.*, pg_type.oid::regtype::text as name from pg_type
    where typnamespace in (select oid from own_schemas)
      and (typtype in ('e', 'd') or typrelid in (select oid from pg_class where relkind = 'c'))
      and not exists (select from brought where classid = 'pg_type'::regclass and objid = pg_type.oid)
  )`;

/**
 * Reads what a database holds of this project, as facts that can be compared: schemas, extensions, relations, columns,
 * defaults, constraints, indexes, functions with body and settings, triggers, policies, types, grants and comments.
 *
 * @param url `postgres://` URL of the database, as superuser.
 * @returns One line a fact, `<kind> <name>: <value>`, sorted. The digest of the schema files is left out.
 */
export async function readCatalog(url: string): Promise<string[]> {
  // Names are written with their schema only while it is not in the path.
  const sql = postgres(url, {
    max: 1,
    onnotice: () => {},
    connection: { search_path: "pg_catalog" },
  });
  try {
    const facts: string[] = [];
    for (const query of QUERIES) {
      const rows = await sql.unsafe(
        `${OWN} select kind, name, value from (${query}) as facts (kind, name, value)
         where value is not null and name <> $1`,
        [DIGEST],
      );
      for (const { kind, name, value } of rows) facts.push(`${kind} ${name}: ${value}`);
    }
    return facts.sort();
  } finally {
    await sql.end();
  }
}

/** What one catalog has and another has not. */
export interface CatalogDifference {
  /** Facts of the second only. */
  added: string[];
  /** Facts of the first only. */
  removed: string[];
}

/** Compares two catalogs. */
export function compareCatalogs(before: string[], after: string[]): CatalogDifference {
  const [first, second] = [new Set(before), new Set(after)];
  return {
    added: after.filter((fact) => !first.has(fact)),
    removed: before.filter((fact) => !second.has(fact)),
  };
}

/** The objects of a difference, `<kind> <name>`, each once. */
export function changedObjects({ added, removed }: CatalogDifference): string[] {
  const objects = [...added, ...removed].map((fact) => fact.slice(0, fact.indexOf(": ")));
  return [...new Set(objects)].sort();
}
