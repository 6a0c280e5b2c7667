/** Calls of a project's functions and of its data API, with a secret key. */
import { CommandError } from "./command-error.ts";
import type { Project } from "./project.ts";

/** An answer; `body` is null where it was no JSON object. */
export interface ProjectAnswer {
  status: number;
  // deno-lint-ignore no-explicit-any -- answers of every shape.
  body: Record<string, any> | null;
}

/** Calls one project. */
export interface ProjectClient {
  /** Calls a function; `path` below `/functions/v1/`. */
  call(
    path: string,
    options?: {
      method?: string;
      json?: unknown;
      /** A body that is no JSON, in the place of `json`. */
      text?: string;
      headers?: Record<string, string>;
      signal?: AbortSignal;
    },
  ): Promise<ProjectAnswer>;
  /** The gateway's time in ms since 1970, to the second; null where it tells none. */
  time(): Promise<number | null>;
  /** What Supabase Auth tells of its settings, or null. */
  authSettings(): Promise<Record<string, unknown> | null>;
  /** Calls a function of the database. `data` is null unless the status is 2xx. */
  rpc(name: string, parameters?: Record<string, unknown>): Promise<
    { status: number; data: unknown; message: string }
  >;
}

/** A call of a function ends within 150 s on the platform, whatever it does. */
const CALL_MS = 160_000;

/**
 * Makes a client. Its methods throw CommandError `project_unreachable` when nothing answers.
 *
 * @param signal Gives every call up.
 */
export function createProjectClient(project: Project, signal: AbortSignal): ProjectClient {
  async function send(path: string, init: RequestInit, more?: AbortSignal): Promise<Response> {
    const signals = [signal, AbortSignal.timeout(CALL_MS), ...(more ? [more] : [])];
    try {
      return await fetch(`${project.url}${path}`, {
        ...init,
        // A redirect would carry the key to a host nobody named.
        redirect: "manual",
        signal: AbortSignal.any(signals),
      });
    } catch (error) {
      if (signal.aborted || more?.aborted) throw error;
      throw new CommandError(
        "project_unreachable",
        project.isLocalStack
          ? "The local stack does not answer: start it again with deno task dev."
          : `${project.url} does not answer: check SUPABASE_URL, and whether the project is paused.`,
      );
    }
  }
  return {
    call: async (path, { method = "GET", json, text, headers: added, signal: more } = {}) => {
      const headers: Record<string, string> = { ...added, apikey: project.secretKey };
      if (json !== undefined) headers["content-type"] = "application/json";
      const body = json === undefined ? text : JSON.stringify(json);
      const response = await send(`/functions/v1/${path}`, { method, headers, body }, more);
      const parsed = parse(await response.text());
      const isObject = typeof parsed === "object" && parsed !== null && !Array.isArray(parsed);
      return {
        status: response.status,
        body: isObject ? parsed as ProjectAnswer["body"] : null,
      };
    },
    time: async () => {
      const response = await send("/auth/v1/settings", { headers: { apikey: project.secretKey } });
      await response.body?.cancel();
      const told = Date.parse(response.headers.get("date") ?? "");
      return Number.isNaN(told) ? null : told;
    },
    authSettings: async () => {
      const response = await send("/auth/v1/settings", { headers: { apikey: project.secretKey } });
      const parsed = parse(await response.text());
      return response.ok && typeof parsed === "object" && parsed !== null
        ? parsed as Record<string, unknown>
        : null;
    },
    rpc: async (name, parameters = {}) => {
      const response = await send(`/rest/v1/rpc/${name}`, {
        method: "POST",
        headers: { apikey: project.secretKey, "content-type": "application/json" },
        body: JSON.stringify(parameters),
      });
      const parsed = parse(await response.text());
      const message = (parsed as { message?: unknown } | null)?.message;
      return {
        status: response.status,
        data: response.ok ? parsed : null,
        message: typeof message === "string" ? message : "",
      };
    },
  };
}

function parse(text: string): unknown {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
