/** One function's process: started on demand, started again after its end. */
import { type Child, startChild } from "./child-process.ts";

/** What a function needs to run. */
export interface FunctionOptions {
  name: string;
  /** The folder that holds `<name>/index.ts`. */
  functionsDirectory: URL;
  /** As the platform injects it, with the user's own secrets. */
  environment: Record<string, string>;
  onLine: (line: string) => void;
}

/** A function of the stack. */
export interface FunctionProcess {
  name: string;
  /** Null while no process runs. */
  pid(): number | null;
  /** The process's port; starts the process when none runs. Throws ChildError. */
  port(): Promise<number>;
  /** SIGKILL, as a crash would end it. */
  kill(): Promise<void>;
  /** SIGTERM; the next request starts a process again. */
  stop(): Promise<void>;
}

/**
 * Describes a function; its process starts with the first call of `port`. Its module graph resolves with
 * the function's own deno.json, as at deployment, and it may use the network, the environment and read
 * files, as on the platform.
 */
export function createFunctionProcess(options: FunctionOptions): FunctionProcess {
  const { name, functionsDirectory, environment, onLine } = options;
  const entrypoint = new URL(`${name}/index.ts`, functionsDirectory);
  const config = new URL(`${name}/deno.json`, functionsDirectory);
  let starting: Promise<Child<number>> | null = null;
  let running: Child<number> | null = null;

  const start = async (): Promise<Child<number>> => {
    const child = await startChild({
      name: `function ${name}`,
      args: [
        "run",
        "--quiet",
        "--no-lock",
        "--no-prompt",
        "--allow-net",
        "--allow-env",
        "--allow-read",
        "--v8-flags=--max-old-space-size=256",
        `--config=${decodeURIComponent(config.pathname)}`,
        new URL("./function-host.ts", import.meta.url).href,
        entrypoint.href,
      ],
      environment: { ...environment, SUPABASE_FUNCTION_SLUG: name },
      parse: (ready) => Number((ready as { port: unknown }).port),
      onLine,
    });
    running = child;
    void child.ended.then(() => {
      if (running === child) running = starting = null;
    });
    return child;
  };
  const ensure = (): Promise<Child<number>> => {
    starting ??= start().catch((error) => {
      starting = null;
      throw error;
    });
    return starting;
  };
  const end = async (how: "kill" | "stop") => {
    const child = await starting?.catch(() => null);
    await child?.[how]();
    running = starting = null;
  };

  return {
    name,
    pid: () => running?.pid ?? null,
    port: async () => (await ensure()).ready,
    kill: () => end("kill"),
    stop: () => end("stop"),
  };
}
