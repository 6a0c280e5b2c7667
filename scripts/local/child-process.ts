/** Child processes that announce themselves with one `READY {json}` line. */
import { TextLineStream } from "./text-lines.ts";

/** How to start a child. */
export interface ChildOptions<Ready> {
  /** For messages: what the child is. */
  name: string;
  /** Arguments of `deno`. */
  args: string[];
  /** The child's whole environment, besides what Deno itself needs. */
  environment: Record<string, string>;
  /** Checks what stands after READY. */
  parse: (ready: unknown) => Ready;
  /** Gets every other line the child writes. */
  onLine: (line: string) => void;
  /** Default 60,000. */
  timeoutMilliseconds?: number;
}

/** A running child. */
export interface Child<Ready> {
  pid: number;
  ready: Ready;
  /** Settles when the process has ended. */
  ended: Promise<void>;
  /** SIGTERM, then SIGKILL after five seconds; resolves when the process has ended. */
  stop(): Promise<void>;
  /** SIGKILL; resolves when the process has ended. */
  kill(): Promise<void>;
}

/** A child that ended or stayed silent instead of becoming ready. */
export class ChildError extends Error {
  readonly code = "child_failed";

  constructor(name: string, reason: string, lines: string[]) {
    super(`${name} ${reason}${lines.length > 0 ? `:\n${lines.join("\n")}` : ""}`);
    this.name = "ChildError";
  }
}

/**
 * Starts `deno` with a clean environment and waits for its READY line.
 *
 * @throws ChildError with the child's last lines.
 */
export async function startChild<Ready>(options: ChildOptions<Ready>): Promise<Child<Ready>> {
  const process = new Deno.Command(Deno.execPath(), {
    args: options.args,
    clearEnv: true,
    env: { ...denoEnvironment(), ...options.environment },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();

  const last: string[] = [];
  const announced = Promise.withResolvers<Ready>();
  const take = (line: string) => {
    const ready = /^READY (\{.*\})$/.exec(line)?.[1];
    if (ready === undefined) {
      last.push(line);
      if (last.length > 20) last.shift();
      options.onLine(line);
      return;
    }
    try {
      announced.resolve(options.parse(JSON.parse(ready)));
    } catch (error) {
      announced.reject(error);
    }
  };
  const output = Promise.all([process.stdout, process.stderr].map(async (stream) => {
    const lines = stream.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
    for await (const line of lines) take(line);
  }));

  const ended = process.status.then(async () => {
    await output;
    // The pipe is broken when the child went first; either way it is closed then.
    await process.stdin.close().catch(() => {});
  });
  const signal = (name: Deno.Signal) => {
    try {
      process.kill(name);
    } catch (error) {
      // It has ended already, which is what was wanted.
      if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
    }
  };
  const kill = async () => {
    signal("SIGKILL");
    await ended;
  };
  const stop = async () => {
    signal("SIGTERM");
    const patience = setTimeout(() => signal("SIGKILL"), 5_000);
    await ended;
    clearTimeout(patience);
  };

  const limit = options.timeoutMilliseconds ?? 60_000;
  const timer = setTimeout(
    () => announced.reject(new ChildError(options.name, `not ready after ${limit} ms`, last)),
    limit,
  );
  void ended.then(() => announced.reject(new ChildError(options.name, "ended at its start", last)));
  try {
    const ready = await announced.promise;
    return { pid: process.pid, ready, ended, stop, kill };
  } catch (error) {
    await kill();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * What Deno needs to find its cache and the package registry, and to trust a network's own certificate
 * authority; nothing else of ours is passed on.
 */
function denoEnvironment(): Record<string, string> {
  const wanted =
    /^(PATH|HOME|USERPROFILE|LOCALAPPDATA|XDG_CACHE_HOME|TMPDIR|SSL_CERT_(FILE|DIR)|NODE_EXTRA_CA_CERTS|DENO_.+|npm_config_.+)$/i;
  return Object.fromEntries(
    Object.entries(Deno.env.toObject()).filter(([name]) => wanted.test(name)),
  );
}
