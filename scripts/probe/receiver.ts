import { CommandError } from "../support/command-error.ts";

/** A notification that came. */
export interface Received {
  // deno-lint-ignore no-explicit-any -- payloads of every shape are looked into.
  payload: any;
  /** `x-cld-timestamp`. */
  timestamp: string;
  /** The address's `for` parameter: which subscription it came by. */
  by: string;
}

/** Receives notifications for the time of a probe. */
export interface Receiver {
  /** The address to tell Cloudinary; `by` comes back in what is received. */
  address(by: string): string;
  readonly received: readonly Received[];
  /** Chooses the status of the answer; 200 unless told otherwise. */
  answerWith(choose: (notification: Received) => number): void;
  stop(): Promise<void>;
}

/**
 * Listens for notifications on this machine.
 *
 * @param port 0: any free one.
 * @param publicUrl Where Cloudinary reaches that port; null where it runs on this machine itself.
 * @throws CommandError `port_taken`
 */
export function startReceiver(port: number, publicUrl: string | null): Receiver {
  const received: Received[] = [];
  let choose: (notification: Received) => number = () => 200;
  const handle = async (request: Request): Promise<Response> => {
    const body = await request.text();
    let payload: unknown;
    try {
      payload = JSON.parse(body);
    } catch {
      return new Response("no JSON", { status: 400 });
    }
    const notification: Received = {
      payload,
      timestamp: request.headers.get("x-cld-timestamp") ?? "",
      by: new URL(request.url).searchParams.get("for") ?? "",
    };
    received.push(notification);
    return new Response("", { status: choose(notification) });
  };
  let server: Deno.HttpServer<Deno.NetAddr>;
  try {
    server = Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, handle);
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new CommandError("port_taken", `Port ${port} is taken: choose another --receive-port.`);
  }
  const url = publicUrl ?? `http://127.0.0.1:${server.addr.port}/`;
  return {
    address: (by) => {
      const address = new URL(url);
      address.searchParams.set("for", by);
      return address.href;
    },
    received,
    answerWith: (next) => choose = next,
    stop: () => server.shutdown(),
  };
}
