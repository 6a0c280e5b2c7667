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
      if (pathname === "/rest/v1/rpc/media_sync_set_webhook_events") {
        try {
          const { p_events } = await request.json();
          await database.sql`select public.media_sync_set_webhook_events(${p_events})`;
          return new Response(null, { status: 204 });
        } catch (error) {
          return Response.json({ message: String(error) }, { status: 404 });
        }
      }
      if (pathname.startsWith("/functions/v1/")) return new Response("{}", { status: 404 });
      return await cloudinary.handle(request);
    },
  );
  const address = `http://127.0.0.1:${server.addr.port}`;
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
          return answer([...await database.sql.unsafe(await Deno.readTextFile(flag("--file")))]);
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
      await server.shutdown();
      await cloudinary.stop();
    },
  };
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
