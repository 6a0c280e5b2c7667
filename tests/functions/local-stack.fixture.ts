/** A project small enough to show what the local stack does: two functions, one migration. */
import { startStack } from "../../scripts/local/stack.ts";
import type { Stack, StackOptions } from "../../scripts/local/stack-options.ts";

const sources: Record<string, string> = {
  // Who is calling, as the platform's own library sees it, and what the row policies make of that.
  whoami: `
    import { withSupabase } from "@supabase/server";
    export default {
      fetch: withSupabase({ auth: ["secret:cron", "user"] }, async (request, context) => {
        const { data } = await context.supabase.rpc("caller");
        return Response.json({
          mode: context.authMode,
          media_role: context.userClaims?.appMetadata?.media_role ?? null,
          database_role: data?.media_role ?? null,
          pathname: new URL(request.url).pathname,
        });
      }),
    };`,
  // What arrived, byte for byte, and in which process.
  echo: `
    export default {
      fetch: async (request) => {
        const body = new Uint8Array(await request.arrayBuffer());
        EdgeRuntime.waitUntil(Promise.reject(new Error("background failure")));
        return Response.json({
          pid: Deno.pid,
          method: request.method,
          pathname: new URL(request.url).pathname,
          search: new URL(request.url).search,
          header: request.headers.get("x-cld-signature"),
          bytes: [...body],
          environment: Object.keys(Deno.env.toObject()).sort(),
        }, { status: 202 });
      },
    };`,
  broken: `throw new Error("does not start");`,
};

const migration = `
create table public.notes (id int primary key, text text not null, at timestamptz, extra jsonb);
alter table public.notes enable row level security;
create table public.hidden (id int primary key);
alter table public.hidden enable row level security;
grant select on public.notes to authenticated;
grant select, insert, update on public.notes to service_role;
create policy "signed-in users read notes" on public.notes for select to authenticated using (true);

create function public.caller() returns jsonb language sql stable set search_path = '' as $$
    select jsonb_build_object(
        'role', current_user,
        'media_role', auth.jwt() -> 'app_metadata' ->> 'media_role',
        'user_id', auth.uid()
    )
$$;
create function public.count_items(items jsonb) returns int language sql set search_path = '' as $$
    select jsonb_array_length(items)
$$;
create function public.refuse() returns void language plpgsql set search_path = '' as $$
begin
    raise sqlstate 'PT409' using message = 'already there', detail = 'the detail', hint = 'the hint';
end
$$;
`;

/** A fixture on disk and what starts a stack on it. */
export interface Fixture {
  start(options?: StackOptions): Promise<Stack>;
  remove(): Promise<void>;
}

/** Writes the fixture into a temporary folder. */
export async function createFixture(): Promise<Fixture> {
  const folder = await Deno.makeTempDir({ prefix: "media-sync-stack-" });
  const root = new URL(`file://${folder}/`);
  const config = await Deno.readTextFile(
    new URL("../../supabase/functions/sync/deno.json", import.meta.url),
  );
  for (const [name, source] of Object.entries(sources)) {
    await Deno.mkdir(new URL(`functions/${name}`, root), { recursive: true });
    await Deno.writeTextFile(new URL(`functions/${name}/index.ts`, root), source);
    await Deno.writeTextFile(new URL(`functions/${name}/deno.json`, root), config);
  }
  await Deno.mkdir(new URL("migrations", root));
  await Deno.writeTextFile(new URL("migrations/20260101000000_notes.sql", root), migration);
  return {
    start: (options = {}) =>
      startStack({
        quiet: true,
        functionsDirectory: new URL("functions/", root),
        migrationsDirectory: new URL("migrations/", root),
        functionNames: Object.keys(sources),
        ...options,
      }),
    remove: () => Deno.remove(folder, { recursive: true }),
  };
}

/** Signs a seeded user in; the answer of `/auth/v1/token`. */
export async function signIn(
  stack: Stack,
  name: "viewer" | "editor" | "admin",
  password = stack.info.users[name].password,
): Promise<Response> {
  return await fetch(`${stack.info.url}/auth/v1/token?grant_type=password`, {
    method: "POST",
    headers: { apikey: stack.info.publishable_key, "content-type": "application/json" },
    body: JSON.stringify({ email: stack.info.users[name].email, password }),
  });
}
