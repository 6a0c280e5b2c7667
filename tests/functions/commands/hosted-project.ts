/**
 * A hosted project as commands see it: the Supabase CLI, whose state is kept here and whose SQL runs on a database as its
 * owner, and the project's own address, at which the data API answers.
 */
import { createEmbedded } from "../../../scripts/cloudinary-emulator/mod.ts";
import type { Surroundings } from "../../../scripts/support/command.ts";
import type { ProjectDatabase } from "../../support/postgres/project-server.ts";

export const REF = "abcdefghijklmnopqrst";

/** A function that is deployed. */
interface Deployed {
  entrypoint: string;
  text: string;
}

export interface HostedProject {
  functions: Map<string, Deployed>;
  /** Name → SHA-256. */
  secrets: Map<string, string>;
  /** Command lines of the CLI, by their first two words. */
  calls: string[];
  /** What a command finds around it. */
  surroundings: Partial<Surroundings>;
  /** What the real Supabase CLI needs to take this for the platform. */
  environment(): Promise<Record<string, string>>;
  /** Holds the first request to this path of the platform's API back: resolves when it has come; it is never answered. */
  hold(method: string, end: string): Promise<void>;
  /** Registered webhooks in Cloudinary. */
  triggers(): Promise<string[]>;
  /** Ends the CLI with this reason when it is called so for the first time from now. */
  failAt(call: string, stderr?: string): void;
  stop(): Promise<void>;
}

/** Serves a project, with a Cloudinary account of its own. */
export function serveHostedProject(database: ProjectDatabase): HostedProject {
  const functions = new Map<string, Deployed>();
  const secrets = new Map<string, string>();
  const calls: string[] = [];
  let failing: { call: string; stderr: string } | null = null;
  const cloudinary = createEmbedded({
    address: () => address,
    cloudName: "cloud",
    secrets: new Map([["111222333", "cloud-word"]]),
    now: Date.now,
    seed: 1,
  });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/rest/v1/rpc/media_sync_webhook_status") {
        const rows = await database.sql`select public.media_sync_webhook_status() as told`
          .catch(() => []);
        const [row] = rows as { told: unknown }[];
        return Response.json(row?.told ?? { message: "none" }, { status: row ? 200 : 404 });
      }
      if (pathname === "/rest/v1/rpc/media_sync_set_webhook_events") {
        try {
          const { p_events } = await request.json();
          await database.sql`select public.media_sync_set_webhook_events(${p_events})`;
          return new Response(null, { status: 204 });
        } catch (error) {
          return Response.json({ message: String(error) }, { status: 404 });
        }
      }
      if (pathname === "/cli") {
        const { args, cwd } = await request.json();
        return Response.json(await runSupabase(args, { cwd }));
      }
      if (pathname.startsWith("/v1/projects/")) return await manage(request, pathname);
      if (pathname.startsWith("/functions/v1/")) return new Response("{}", { status: 404 });
      return await cloudinary.handle(request);
    },
  );
  const address = `http://127.0.0.1:${server.addr.port}`;
  let held: { method: string; end: string; came: PromiseWithResolvers<void> } | null = null;
  let profile: string | null = null;

  /** As the owner, or, what only reads, as the platform's role for that. */
  async function query(text: string, readOnly: boolean): Promise<unknown[]> {
    if (!readOnly) return [...await database.sql.unsafe(text)];
    return await database.sql.begin("read only", async (sql) => {
      await sql.unsafe("set local role supabase_read_only_user");
      return [...await sql.unsafe(text)];
    });
  }

  /** The platform's own API, as far as the CLI's commands use it. */
  async function manage(request: Request, pathname: string): Promise<Response> {
    const { method } = request;
    const part = pathname.split("/").slice(4).join("/");
    if (held !== null && method === held.method && part === held.end) {
      const { came } = held;
      held = null;
      came.resolve();
      // Until whoever asked gives up.
      await new Promise<void>((resolve) =>
        request.signal.addEventListener("abort", () => resolve(), { once: true })
      );
      return new Response(null, { status: 499 });
    }
    const created = { status: 201 };
    if (part === "functions/deploy") {
      const slug = new URL(request.url).searchParams.get("slug")!;
      const text = new TextDecoder().decode(await request.arrayBuffer());
      const entrypoint = `file:///tmp/supabase/functions/${slug}/media-sync.js`;
      functions.set(slug, { entrypoint, text });
      const id = crypto.randomUUID();
      return Response.json(
        { id, slug, name: slug, status: "ACTIVE", version: 1, created_at: 1, updated_at: 1 },
        created,
      );
    }
    if (part === "functions") {
      return Response.json([...functions].map(([slug, { entrypoint }]) => ({
        ...{ id: crypto.randomUUID(), slug, name: slug, status: "ACTIVE", version: 1 },
        ...{ created_at: 1, updated_at: 1, entrypoint_path: entrypoint },
      })));
    }
    if (part.startsWith("functions/") && method === "DELETE") {
      functions.delete(part.slice(10));
      return new Response(null, { status: 200 });
    }
    if (part === "secrets") {
      if (method === "GET") {
        return Response.json([...secrets].map(([name, value]) => ({ name, value })));
      }
      for (const given of await request.json()) {
        if (method === "DELETE") secrets.delete(given);
        else secrets.set(given.name, await sha256(given.value));
      }
      return new Response(null, method === "DELETE" ? { status: 200 } : created);
    }
    if (part === "database/query") {
      const { query: text, read_only = false } = await request.json();
      try {
        return Response.json(await query(text, read_only), created);
      } catch (error) {
        const { code, message } = error as Error & { code: string };
        const said = `Failed to run sql query: ERROR:  ${code}: ${message}\n`;
        return Response.json({ message: said }, { status: 400 });
      }
    }
    return Response.json({ id: REF, ref: REF, name: "project", status: "ACTIVE_HEALTHY" });
  }
  const answer = (stdout: unknown = "") => ({
    code: 0,
    stdout: typeof stdout === "string" ? stdout : JSON.stringify(stdout),
    stderr: "",
  });

  const runSupabase: Surroundings["runSupabase"] = async (args, options = {}) => {
    const call = args.slice(0, 2).join(" ");
    calls.push(call);
    if (failing !== null && call.startsWith(failing.call)) {
      const { stderr } = failing;
      failing = null;
      return { code: 1, stdout: "", stderr };
    }
    const flag = (name: string) => args[args.indexOf(name) + 1]!;
    const words = args.slice(2).filter((word) => !word.startsWith("-"));
    switch (call) {
      case "functions list":
        return answer(
          [...functions].map(([slug, { entrypoint }]) => ({ slug, entrypoint_path: entrypoint })),
        );
      case "functions deploy":
        for (const name of words) {
          const entrypoint = `supabase/functions/${name}/media-sync.js`;
          const text = await Deno.readTextFile(`${options.cwd}/${entrypoint}`);
          functions.set(name, { entrypoint: `file:///tmp/${entrypoint}`, text });
        }
        return answer();
      case "functions delete":
        functions.delete(words[0]!);
        return answer();
      case "secrets list":
        return answer([...secrets].map(([name, value]) => ({ name, value })));
      case "secrets set": {
        for (const line of (await Deno.readTextFile(flag("--env-file"))).trim().split("\n")) {
          const [, name, value] = /^(\w+)='(.*)'$/.exec(line)!;
          secrets.set(name!, await sha256(value!));
        }
        return answer();
      }
      case "secrets unset":
        for (const name of words) secrets.delete(name);
        return answer();
      case "db query":
        try {
          return answer(
            await query(await Deno.readTextFile(flag("--file")), args.includes("--read-only")),
          );
        } catch (error) {
          const { code, message } = error as Error & { code: string };
          const said = JSON.stringify({
            message: `Failed to run sql query: ERROR:  ${code}: ${message}\nCONTEXT:  PL/pgSQL`,
          });
          return { code: 1, stdout: "", stderr: `unexpected status 400: ${said}` };
        }
      default:
        return answer();
    }
  };

  return {
    functions,
    secrets,
    calls,
    surroundings: {
      runSupabase,
      environment: {
        SUPABASE_URL: address,
        SUPABASE_PROJECT_ID: REF,
        SUPABASE_SECRET_KEY: ["sb", "secret", "hosted"].join("_"),
        SUPABASE_CRON_KEY: ["sb", "secret", "cron"].join("_"),
        CLOUDINARY_URL: `cloudinary://${["111222333", "cloud-word"].join(":")}@cloud`,
        CLOUDINARY_UPLOAD_PREFIX: address,
      },
    },
    async environment() {
      profile ??= await Deno.makeTempFile({ suffix: ".yaml" });
      const urls = ["api_url", "dashboard_url", "docs_url"].map((name) => `${name}: ${address}\n`);
      await Deno.writeTextFile(profile, `name: test\n${urls.join("")}project_host: test.local\n`);
      return {
        ...this.surroundings.environment as Record<string, string>,
        SUPABASE_PROFILE: profile,
        SUPABASE_ACCESS_TOKEN: ["sbp", "0".repeat(40)].join("_"),
      };
    },
    hold(method, end) {
      held = { method, end, came: Promise.withResolvers() };
      return held.came.promise;
    },
    async triggers() {
      const response = await fetch(`${address}/v1_1/cloud/triggers`, {
        headers: { authorization: `Basic ${btoa("111222333:cloud-word")}` },
      });
      const { triggers } = await response.json();
      return triggers.map(({ uri }: { uri: string }) => uri);
    },
    failAt(call, stderr = "interrupted") {
      failing = { call, stderr };
    },
    async stop() {
      if (profile !== null) await Deno.remove(profile);
      await server.shutdown();
      await cloudinary.stop();
    },
  };
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
