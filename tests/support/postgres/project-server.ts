/**
 * A PostgreSQL with the roles and rights of a Supabase project: `postgres` is its owner and no superuser. What the
 * platform itself owns belongs to `supabase_admin`. Source: the initialisation scripts of supabase/postgres.
 */
import postgres from "postgres";
import { preparePlatform } from "../../../scripts/local/platform.ts";
import { type Cluster, startCluster } from "../../../scripts/support/postgres/cluster.ts";
import { findPostgresInstallation } from "../../../scripts/support/postgres/installation.ts";

/** What a project has before Media Sync comes. */
export interface ProjectOptions {
  /** Parts of the platform that it has. Default: all. */
  parts?: ProjectPart[];
  /** Where pg_trgm is. Default: nowhere, as on a new project. */
  trigrams?: string;
  /** Whether new tables and functions are given to everybody, as projects before May 2026 have it. Default false. */
  legacyRights?: boolean;
  /** Whether the owner may make policies on realtime.messages. Default true. */
  realtimePolicies?: boolean;
}

export type ProjectPart = "vault" | "net" | "cron" | "realtime";

const PARTS: ProjectPart[] = ["vault", "net", "cron", "realtime"];

/** A project's database. */
export interface ProjectDatabase {
  /** As `postgres`, its owner. */
  url: string;
  /** As `supabase_admin`, the platform. */
  platformUrl: string;
  /** As the owner. */
  sql: postgres.Sql;
  /** The platform gets parts that it lacked. */
  addParts(parts: ProjectPart[]): Promise<void>;
  /** Ends the owner's connections, where a test has more projects than a server has room for. */
  close(): Promise<void>;
}

/** A server of projects. */
export interface ProjectServer {
  createProject(options?: ProjectOptions): Promise<ProjectDatabase>;
  stop(): Promise<void>;
}

/** @throws Error where this machine has no PostgreSQL. */
export async function startProjectServer(): Promise<ProjectServer> {
  const found = await findPostgresInstallation();
  if ("unavailable" in found) throw new Error(found.unavailable);
  const cluster = await startCluster(found.installation);
  const platformUrl = await dethrone(cluster);
  const platform = postgres(platformUrl, { max: 1, onnotice: () => {} });
  const pools: postgres.Sql[] = [];
  return {
    async createProject(options = {}) {
      const name = `project_${crypto.randomUUID().slice(0, 8)}`;
      await platform.unsafe(`create database ${name} owner postgres template template0`);
      const [url, admin] = [withDatabase(cluster.url, name), withDatabase(platformUrl, name)];
      await preparePlatform(admin, { realtime: true });
      const missing = PARTS.filter((part) => !(options.parts ?? PARTS).includes(part));
      await shape(admin, missing, options);
      const sql = postgres(url, { max: 2, onnotice: () => {} });
      pools.push(sql);
      return {
        url,
        platformUrl: admin,
        sql,
        addParts: (parts) => addParts(admin, parts),
        close: () => sql.end({ timeout: 1 }),
      };
    },
    async stop() {
      await Promise.all(pools.map((pool) => pool.end({ timeout: 1 })));
      await platform.end({ timeout: 1 });
      await cluster.stop();
    },
  };
}

/** @returns The URL of the superuser that takes the place of `postgres`. */
async function dethrone(cluster: Cluster): Promise<string> {
  const url = new URL(cluster.url);
  const first = postgres(cluster.url, { max: 1, onnotice: () => {} });
  await first.unsafe(
    `create role supabase_admin superuser login replication bypassrls password '${url.password}'`,
  );
  await first.end();
  url.username = "supabase_admin";
  const admin = postgres(url.href, { max: 1, onnotice: () => {} });
  await admin.unsafe("alter role postgres rename to initial");
  await admin.unsafe(
    `create role postgres login createrole createdb replication bypassrls password '${url.password}'`,
  );
  // Roles of the cluster, before a first project makes them.
  await admin.unsafe(`
    create role anon nologin noinherit;
    create role authenticated nologin noinherit;
    create role service_role nologin noinherit bypassrls;
    create role authenticator login noinherit;
    grant anon, authenticated, service_role to authenticator, postgres;
    create role supabase_read_only_user login bypassrls;
    grant pg_read_all_data to supabase_read_only_user;
    grant supabase_read_only_user to postgres;
    alter database postgres owner to postgres;
  `);
  await admin.end();
  return url.href;
}

async function shape(
  admin: string,
  missing: ProjectPart[],
  { trigrams, legacyRights = false, realtimePolicies = true }: ProjectOptions,
): Promise<void> {
  const sql = postgres(admin, { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(`
      alter schema extensions owner to postgres;
      drop extension pg_trgm;
      drop schema if exists supabase_migrations cascade;
      grant usage, create on schema auth to postgres;
      grant all on all tables in schema auth to postgres;
      ${missing.map((part) => `drop schema if exists ${part} cascade;`).join("\n")}
    `);
    const { cron } = await readParts("cron");
    if (!missing.includes("cron")) await sql.unsafe(cron!);
    await sql.unsafe(grants(PARTS.filter((part) => !missing.includes(part))));
    if (!missing.includes("realtime") && realtimePolicies) {
      await sql.unsafe("alter table realtime.messages owner to postgres");
    }
    if (trigrams !== undefined) {
      await sql.unsafe(`
        create schema if not exists ${trigrams} authorization postgres;
        create extension pg_trgm with schema ${trigrams};
      `);
    }
    if (legacyRights) {
      await sql.unsafe(
        ["tables", "functions", "sequences"].map((kind) =>
          `alter default privileges for role postgres in schema public
             grant all on ${kind} to anon, authenticated, service_role;`
        ).join("\n"),
      );
    }
  } finally {
    await sql.end();
  }
}

async function addParts(admin: string, parts: ProjectPart[]): Promise<void> {
  const sql = postgres(admin, { max: 1, onnotice: () => {} });
  try {
    const texts = await readParts(...parts);
    for (const part of parts) await sql.unsafe(texts[part]!);
    await sql.unsafe(grants(parts));
    if (parts.includes("realtime")) {
      await sql.unsafe("alter table realtime.messages owner to postgres");
    }
  } finally {
    await sql.end();
  }
}

/** What the platform gives the owner of each part. */
function grants(parts: ProjectPart[]): string {
  const text: Record<ProjectPart, string> = {
    vault: `revoke execute on all functions in schema vault from public;
      grant usage on schema vault to postgres;
      grant select, delete on vault.secrets, vault.decrypted_secrets to postgres;
      grant execute on all functions in schema vault to postgres;`,
    net:
      "grant usage on schema net to postgres; grant execute on all functions in schema net to postgres;",
    cron: `grant usage on schema cron to postgres;
      grant execute on all functions in schema cron to postgres;
      grant select, insert, update, delete on cron.job, cron.job_run_details to postgres;
      grant usage on all sequences in schema cron to postgres;`,
    realtime: `grant usage on schema realtime to postgres;
      grant all on realtime.messages to postgres;
      grant execute on all functions in schema realtime to postgres;`,
  };
  return parts.map((part) => text[part]).join("\n");
}

async function readParts(...parts: ProjectPart[]): Promise<Partial<Record<ProjectPart, string>>> {
  const folder = new URL("../../../scripts/local/platform/", import.meta.url);
  return Object.fromEntries(
    await Promise.all(
      parts.map(async (part) => [part, await Deno.readTextFile(new URL(`${part}.sql`, folder))]),
    ),
  );
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
