import { createHash } from "node:crypto";
import type { CloudinaryConfiguration } from "../../supabase/functions/_shared/cloudinary/configuration.ts";
import { CommandError } from "../support/command-error.ts";

/** An answer of Cloudinary, whatever its status. */
export interface Reply {
  status: number;
  // deno-lint-ignore no-explicit-any -- answers of every shape are looked into.
  body: any;
}

/** What is sent with a call of the Admin API. */
export interface AdminRequest {
  query?: readonly (readonly [string, string])[];
  form?: readonly (readonly [string, string])[];
  json?: unknown;
}

/** A Cloudinary account, spoken to as plainly as possible: every answer comes back as it is. */
export interface Account {
  /** Calls so far; those of the Admin API spend the hourly quota. */
  readonly calls: { admin: number; upload: number };
  /** Calls the Admin API. */
  admin(method: string, path: string, request?: AdminRequest): Promise<Reply>;
  /**
   * Calls the Upload API with signed parameters.
   *
   * @param path Such as `image/upload`.
   * @param options `timestamp` in Unix seconds; `file` is never signed.
   */
  upload(
    path: string,
    parameters: Record<string, string | string[]>,
    options?: { file?: string; timestamp?: number },
  ): Promise<Reply>;
}

/**
 * Opens an account.
 *
 * @param signal Gives every call up.
 */
export function openAccount(
  { cloudName, apiKey, apiSecret, uploadPrefix }: CloudinaryConfiguration,
  signal: AbortSignal,
): Account {
  const calls = { admin: 0, upload: 0 };
  const base = `${uploadPrefix}/v1_1/${cloudName}`;

  const send = async (url: string, init: RequestInit): Promise<Reply> => {
    let response: Response;
    let text: string;
    try {
      response = await fetch(url, { ...init, signal });
      text = await response.text();
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const reason = error instanceof Error ? error.message : String(error);
      throw new CommandError("cloudinary_unreachable", `Cloudinary does not answer: ${reason}`);
    }
    const reply: Reply = { status: response.status, body: parse(text) };
    if (reply.status === 420 || reply.status === 429) {
      throw new CommandError(
        "rate_limited",
        `Cloudinary's hourly quota is used up: ${reply.body?.error?.message ?? reply.status}`,
      );
    }
    return reply;
  };

  return {
    calls,
    async admin(method, path, { query = [], form, json } = {}) {
      calls.admin++;
      const search = query.length === 0 ? "" : `?${new URLSearchParams([...query].map(pair))}`;
      const reply = await send(`${base}/${path}${search}`, {
        method,
        headers: {
          authorization: `Basic ${btoa(`${apiKey}:${apiSecret}`)}`,
          ...(json === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(form === undefined ? {} : { body: new URLSearchParams([...form].map(pair)) }),
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      });
      if (reply.status === 401) {
        throw new CommandError(
          "cloudinary_refused",
          "Cloudinary refuses the credentials: check CLOUDINARY_URL.",
        );
      }
      return reply;
    },
    upload(path, parameters, { file, timestamp = Math.floor(Date.now() / 1000) } = {}) {
      calls.upload++;
      const signed: Record<string, string | string[]> = {
        ...parameters,
        timestamp: String(timestamp),
      };
      const form = new FormData();
      for (const [name, value] of Object.entries(signed)) {
        if (typeof value === "string") form.append(name, value);
        else for (const item of value) form.append(`${name}[]`, item);
      }
      form.append("api_key", apiKey);
      form.append("signature", sign(signed, apiSecret));
      if (file !== undefined) form.append("file", file);
      return send(`${base}/${path}`, { method: "POST", body: form });
    },
  };
}

function sign(parameters: Record<string, string | string[]>, secret: string): string {
  const text = Object.entries(parameters)
    .map(([name, value]) => [name, typeof value === "string" ? value : value.join(",")] as const)
    .filter(([, value]) => value !== "")
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) => `${name}=${value.replaceAll("&", "%26")}`)
    .join("&");
  return createHash("sha1").update(text + secret).digest("hex");
}

function pair([name, value]: readonly [string, string]): [string, string] {
  return [name, value];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { error: { message: "the answer is no JSON" } };
  }
}
