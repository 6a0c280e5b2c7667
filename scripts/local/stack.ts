/** The local Supabase project: data API, auth, Realtime, functions, cron and pg_net around an emulated Cloudinary. */
import { builtConsole } from "./built-console.ts";
import { createConsoleFiles } from "./console-files.ts";
import { createDataApi } from "./data-api.ts";
import { realCloudinary, startEmulator } from "./emulator.ts";
import { createFunctionProcess, type FunctionProcess } from "./function-process.ts";
import { createGateway, type GatewayRoutes } from "./gateway.ts";
import { createKeys, functionEnvironment, type Keys } from "./keys.ts";
import { startBackground } from "./background.ts";
import { prepareDatabase } from "./prepare-database.ts";
import { createSqlEditor } from "./sql-editor/sql-editor.ts";
import { startRealtime } from "./realtime/realtime.ts";
import { StackError } from "./stack-error.ts";
import { functionNames } from "../support/function-names.ts";
import type { Stack, StackOptions } from "./stack-options.ts";
import type { StackInfo } from "../support/stack-info.ts";

export type { Stack, StackOptions } from "./stack-options.ts";

/**
 * Starts a stack on loopback ports and resolves when it answers. What can start in parallel does.
 *
 * @throws StackError, ChildError, MigrationError; nothing is left running then.
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const closers: Closers = { gateway: [], database: [], functions: [], background: [] };
  let closing: Promise<void> | null = null;
  const stop = () => closing ??= closeAll(closers);
  try {
    return await start(options, closers, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What ends the parts of a stack: those of each kind rest on the kinds before it. */
type Closers = Record<"gateway" | "database" | "functions" | "background", Closer[]>;
type Closer = () => Promise<void>;

async function start(
  options: StackOptions,
  closers: Closers,
  stop: () => Promise<void>,
): Promise<Stack> {
  const log = options.log ?? (options.quiet ? () => {} : logToStderr);
  const keys = createKeys();
  const routes = Promise.withResolvers<GatewayRoutes>();
  routes.promise.catch(() => {});
  // First of all, because everything else is told the address; requests wait for the rest.
  const { url, close } = listen(options.port ?? 0, createGateway(routes.promise));
  closers.gateway.push(close);

  const [databaseSide, functionSide] = await bothOrFirstError(
    startDatabaseSide(options, url, keys, log, closers.database),
    startFunctionSide(options, url, keys, log, closers.functions),
  );
  const { database, users, platform, dataApi } = databaseSide;
  const { cloudinary, functions, logs } = functionSide;
  const realtime = await startRealtime({
    database,
    keys,
    isStandIn: platform.realtime === "stand-in",
    log: (line) => log(`[realtime] ${line}`),
  });
  closers.background.push(realtime.stop);
  const watchers = new Set<(request: string) => void>();
  routes.resolve({
    dataApi: (request) => {
      const { pathname } = new URL(request.url);
      if (pathname.startsWith("/rest/v1/")) {
        for (const watch of watchers) watch(`${request.method} ${pathname}`);
      }
      return dataApi(request);
    },
    functions,
    realtime: realtime.handle,
    console: createConsoleFiles({
      url,
      publishable_key: keys.publishable,
      ...(options.cloudinary === "real" ? {} : { emulator: cloudinary.http }),
    }, builtConsole),
    sqlEditor: createSqlEditor(database, keys.secret),
  });
  const background = await startBackground({
    database,
    platform,
    cron: options.cron ?? true,
    log,
  });
  closers.background.push(background.stop);

  const find = (name: string): FunctionProcess => {
    const found = functions.get(name);
    if (!found) throw new StackError("unknown_function", `the stack has no function ${name}`);
    return found;
  };
  const info: StackInfo = {
    pid: Deno.pid,
    url,
    publishable_key: keys.publishable,
    secret_key: keys.secret,
    cron_key: keys.cron,
    database_url: database.url,
    cloudinary_url: cloudinary.cloudinary_url,
    cloudinary_http: cloudinary.http,
    console_url: `${url}/console/`,
    users,
  };
  return {
    info,
    sql: (text, parameters) => database.query(text, parameters),
    functionLog: (name) => [...logs.get(find(name).name) ?? []],
    watchDataApi: (watch) => {
      watchers.add(watch);
      return () => watchers.delete(watch);
    },
    functionPid: (name) => find(name).pid(),
    killFunction: (name) => find(name).kill(),
    restartFunction: async (name) => {
      await find(name).stop();
      await find(name).port();
      return find(name).pid();
    },
    stop,
  };
}

async function startDatabaseSide(
  options: StackOptions,
  url: string,
  keys: Keys,
  log: (line: string) => void,
  closers: Closer[],
) {
  const prepared = await prepareDatabase(options, { url, cronKey: keys.cron }, log);
  closers.push(prepared.database.close);
  options.onProgress?.("The database is ready.");
  return {
    ...prepared,
    dataApi: await createDataApi(url, keys, prepared.database, (line) => log(`[data] ${line}`)),
  };
}

async function startFunctionSide(
  options: StackOptions,
  url: string,
  keys: Keys,
  log: (line: string) => void,
  closers: Closer[],
) {
  const cloudinary = options.cloudinary === "real"
    ? realCloudinary(options.environment ?? {})
    : await startEmulator(options, `${url}/functions/v1/webhook`, log);
  closers.push(cloudinary.stop);
  options.onProgress?.(
    options.cloudinary === "real"
      ? "The functions will call the real Cloudinary."
      : `The emulated Cloudinary is ready, with ${options.assets ?? 0} assets.`,
  );

  const logs = new Map<string, string[]>();
  const functions = new Map<string, FunctionProcess>();
  for (const name of options.functionNames ?? functionNames) {
    const lines: string[] = [];
    logs.set(name, lines);
    functions.set(
      name,
      createFunctionProcess({
        name,
        functionsDirectory: options.functionsDirectory ??
          new URL("../../supabase/functions/", import.meta.url),
        environment: {
          ...options.environment,
          ...functionEnvironment(url, keys),
          CLOUDINARY_URL: cloudinary.cloudinary_url,
        },
        onLine: (line) => {
          lines.push(line);
          if (lines.length > 1_000) lines.shift();
          log(`[${name}] ${line}`);
        },
      }),
    );
  }
  closers.push(async () => {
    await Promise.all([...functions.values()].map((known) => known.stop()));
  });
  // A function that does not start is the developer's to mend while the stack runs: requests get 503.
  await Promise.all(
    [...functions.values()].map((known) =>
      known.port().catch((error) => log(`[${known.name}] ${error.message}`))
    ),
  );
  options.onProgress?.("The functions are ready.");
  return { cloudinary, functions, logs };
}

function listen(port: number, handler: (request: Request) => Promise<Response>) {
  const controller = new AbortController();
  try {
    const server = Deno.serve({
      hostname: "127.0.0.1",
      port,
      signal: controller.signal,
      onListen: () => {},
    }, handler);
    const close = async () => {
      controller.abort();
      await server.finished;
    };
    return { url: `http://127.0.0.1:${server.addr.port}`, close };
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new StackError(
      "port_taken",
      `port ${port} is taken: end what uses it, or choose another port (0 = any free one)`,
      error,
    );
  }
}

/** Waits for both even when one fails, so that everything started has been registered for the stop. */
async function bothOrFirstError<One, Two>(one: Promise<One>, two: Promise<Two>) {
  await Promise.allSettled([one, two]);
  return [await one, await two] as const;
}

/** Last started, first stopped; one failure does not keep the others running. */
async function closeAll(closers: Closers): Promise<void> {
  const { gateway, database, functions, background } = closers;
  const errors: unknown[] = [];
  for (const close of [...gateway, ...database, ...functions, ...background].reverse()) {
    try {
      await close();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, "the stack did not stop cleanly");
}

function logToStderr(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
