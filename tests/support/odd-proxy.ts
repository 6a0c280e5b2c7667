/** A gateway before the emulated Cloudinary that shows some assets with values which nobody expects. */

/** Asset_id → field → what stands there, as JSON text; JSON holds more than `JSON.stringify` can write. */
export type OddValues = Map<string, Record<string, string>>;

/** The gateway; until it knows the emulator it answers nothing. */
export interface OddProxy {
  /** For CLOUDINARY_UPLOAD_PREFIX. */
  url: string;
  /** Shown from now on. */
  odd: OddValues;
  /** Where the emulator listens. */
  target: string;
  stop(): Promise<void>;
}

/** Starts the gateway on a free port. */
export function startOddProxy(): OddProxy {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
  const proxy: OddProxy = {
    url: `http://127.0.0.1:${server.addr.port}`,
    odd: new Map(),
    target: "",
    stop: () => server.shutdown(),
  };
  async function answer(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    const response = await fetch(`${proxy.target}${pathname}${search}`, {
      method: request.method,
      headers: request.headers,
      body: request.body,
    });
    const headers = new Headers(response.headers);
    headers.delete("content-length");
    headers.delete("content-encoding");
    return new Response(writeOdd(await response.json(), proxy.odd), {
      status: response.status,
      headers,
    });
  }
  return proxy;
}

/** A JSON value as text, with the odd values in the assets that have some. */
export function writeOdd(value: unknown, odd: OddValues): string {
  if (Array.isArray(value)) return `[${value.map((item) => writeOdd(item, odd)).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const id = (value as { asset_id?: unknown }).asset_id;
  const values = typeof id === "string" ? odd.get(id) : undefined;
  const entries = Object.entries(value)
    .filter(([key]) => values === undefined || !Object.hasOwn(values, key))
    .map(([key, child]) => `${JSON.stringify(key)}:${writeOdd(child, odd)}`);
  for (const [key, text] of Object.entries(values ?? {})) {
    entries.push(`${JSON.stringify(key)}:${text}`);
  }
  return `{${entries.join()}}`;
}
