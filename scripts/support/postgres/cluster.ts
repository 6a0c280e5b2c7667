import type { PostgresInstallation } from "./installation.ts";

/** A running throw-away cluster. */
export interface Cluster {
  /** `postgres://` URL of the database `postgres`, as superuser, on the loopback address. */
  url: string;
  /** Ends every session and starts the server again on the same port; `crash` skips the clean shutdown. */
  restart(options?: { crash?: boolean }): Promise<void>;
  /** The server goes away until `resume`: connections are refused. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Stops the server and removes its files. */
  stop(): Promise<void>;
}

/** Durability is worth nothing here; pg_cron connects through workers because the cluster has a password. */
const SETTINGS = `
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_connections = 100
max_worker_processes = 20
shared_buffers = '128MB'
jit = off
timezone = 'UTC'
shared_preload_libraries = 'pg_cron'
cron.database_name = 'postgres'
cron.use_background_workers = on
`;

/**
 * Creates and starts a cluster in a temporary folder. It ends with this process at the latest.
 *
 * @param options `crashSafe` keeps every commit through a crash of the server, as a real one does.
 * @throws Error with the server's log when it does not start.
 */
export async function startCluster(
  installation: PostgresInstallation,
  options: { crashSafe?: boolean } = {},
): Promise<Cluster> {
  const port = freePort();
  const password = crypto.randomUUID();
  const script = await Deno.readTextFile(new URL("./supervisor.sh", import.meta.url));
  const { user } = installation;
  const settings = `${SETTINGS}synchronous_commit = ${options.crashSafe ? "on" : "off"}`;
  const command = ["sh", "-c", 'eval "$SCRIPT"'];
  const [program, ...args] = user ? ["runuser", "-u", user, "--", ...command] : command;
  const child = new Deno.Command(program!, {
    args,
    // The folder of this process may be closed to the user that the cluster runs as.
    cwd: "/",
    env: {
      SCRIPT: script,
      BIN: installation.binaries,
      PORT: String(port),
      PASSWORD: password,
      SETTINGS: settings,
    },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const log = new Response(child.stderr).text();
  const answers = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const commands = child.stdin.getWriter();

  async function answered(): Promise<void> {
    // Between commands the child must not keep this process alive: its end is what ends the cluster.
    child.ref();
    const { done } = await answers.read();
    child.unref();
    if (done) throw new Error(`PostgreSQL did not start:\n${await log}`);
  }
  async function send(line: string): Promise<void> {
    await commands.write(new TextEncoder().encode(`${line}\n`));
    await answered();
  }

  await answered();
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    restart: (options) => send(options?.crash ? "crash" : "restart"),
    pause: () => send("stop"),
    resume: () => send("start"),
    async stop() {
      child.ref();
      await commands.close();
      await child.status;
      await answers.cancel();
      await log;
    },
  };
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}
