/**
 * `node:http` without sockets: the `cloudinary` SDK writes through it. A request becomes a `fetch`, and with it a
 * message like any other.
 */
import { Buffer } from "node:buffer";
import { EventEmitter } from "node:events";
import http from "node:http";
import https from "node:https";
import { virtual } from "./machine.ts";

interface RequestOptions {
  protocol?: string;
  hostname?: string;
  host?: string;
  port?: string | number;
  path?: string;
  method?: string;
  headers?: Record<string, string | number>;
  auth?: string;
}

class FetchedRequest extends EventEmitter {
  readonly #parts: Uint8Array[] = [];
  #given = false;

  constructor(private readonly options: RequestOptions) {
    super();
  }

  write(part: string | Uint8Array, encoding?: BufferEncoding): boolean {
    this.#parts.push(typeof part === "string" ? Buffer.from(part, encoding) : part);
    return true;
  }

  end(part?: string | Uint8Array): this {
    if (part !== undefined) this.write(part);
    void this.#send();
    return this;
  }

  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  abort(): void {
    this.#given = true;
  }

  destroy(): this {
    this.#given = true;
    return this;
  }

  async #send(): Promise<void> {
    const { protocol = "http:", hostname, host, port, path = "/", auth } = this.options;
    const method = this.options.method ?? "GET";
    const url = `${protocol}//${hostname ?? host}${port ? `:${port}` : ""}${path}`;
    const headers = new Headers();
    for (const [name, value] of Object.entries(this.options.headers ?? {})) {
      headers.set(name, String(value));
    }
    if (auth !== undefined) headers.set("authorization", `Basic ${btoa(auth)}`);
    const body = Buffer.concat(this.#parts);
    try {
      const response = await virtual.fetch(url, {
        method,
        headers,
        ...(method === "GET" || body.length === 0 ? {} : { body: new Uint8Array(body) }),
      });
      const content = Buffer.from(await response.arrayBuffer());
      if (this.#given) return;
      const message = Object.assign(new EventEmitter(), {
        statusCode: response.status,
        headers: Object.fromEntries(response.headers),
        setEncoding() {},
        resume() {},
      });
      this.emit("response", message);
      message.emit("data", content);
      message.emit("end");
    } catch (error) {
      if (!this.#given) this.emit("error", error);
    }
  }
}

const request = (
  options: RequestOptions | string | URL,
  second?: RequestOptions | ((response: unknown) => void),
  third?: (response: unknown) => void,
): FetchedRequest => {
  const isUrl = typeof options === "string" || options instanceof URL;
  const url = isUrl ? new URL(options) : null;
  const given = isUrl ? (typeof second === "object" ? second : {}) : options;
  const listener = typeof second === "function" ? second : third;
  const made = new FetchedRequest(
    url === null ? given : {
      protocol: url.protocol,
      hostname: url.hostname,
      port: url.port,
      path: url.pathname + url.search,
      ...given,
    },
  );
  if (listener) made.on("response", listener);
  return made;
};

for (const module of [http, https]) {
  const original = module.request;
  Object.defineProperty(module, "request", {
    configurable: true,
    writable: true,
    // deno-lint-ignore no-explicit-any
    value: (...values: any[]) =>
      virtual.on
        ? request(...values as Parameters<typeof request>)
        : (original as (...given: unknown[]) => unknown)(...values),
  });
}
