/**
 * A command as a process of its own that ends itself in the midst: every act that changes something outside of it (a
 * request, a statement, a call of the Supabase CLI, a file) is counted, and after the act of a given number, or with half
 * of a file written, a signal is sent. What the command does tells the acts, so that a new step is counted too.
 *
 * Arguments: the command's name and its own arguments. The environment: the command's own, and {@linkcode KilledRun}.
 */
import { deployCommand } from "../../scripts/setup/deploy-command.ts";
import { setupCommand } from "../../scripts/setup/setup-command.ts";
import { runCommand } from "../../scripts/support/command.ts";
import { createUrlQuery } from "../../scripts/support/database-query.ts";
import { functionNames } from "../../scripts/support/function-names.ts";
import { printLine } from "../../scripts/support/print-line.ts";
import { uninstallCommand } from "../../scripts/uninstall/uninstall-command.ts";

/** What {@linkcode startKilled} is told, as the variable KILLED_RUN. */
export interface KilledRun {
  /** The act's number, from 1; 0: nothing is killed. */
  at: number;
  /** `before` it begins, with `half` of what it writes, `after` it is done and before the command knows. */
  when: "before" | "half" | "after";
  signal: "SIGKILL" | "SIGINT";
  /** Where the acts are noted, a line each, in the command's words. */
  log: string;
  /** The address at which the Supabase CLI's stand-in takes `{ args, cwd }`. */
  cli?: string;
  /** Statements go straight to this database, and not through the CLI. */
  database?: string;
  migrations?: string;
  /** Files below this folder count; those in folders that the command makes for itself do not. */
  folder?: string;
}

const commands = { setup: setupCommand, deploy: deployCommand, uninstall: uninstallCommand };

async function main(run: KilledRun): Promise<number> {
  let count = 0;
  const interrupt = new AbortController();
  Deno.addSignalListener("SIGINT", () => interrupt.abort());
  const { writeTextFile, rename, remove, mkdir, stat } = Deno;
  const originalFetch = fetch;

  async function end(): Promise<void> {
    Deno.kill(Deno.pid, run.signal);
    // A killed process comes no further; an interrupted one goes on once it has heard of it.
    if (run.signal === "SIGKILL") await new Promise(() => {});
    if (!interrupt.signal.aborted) {
      await new Promise((resolve) => interrupt.signal.addEventListener("abort", resolve));
    }
  }

  async function act<Result>(
    name: string,
    whole: () => Promise<Result>,
    half?: () => Promise<unknown>,
  ): Promise<Result> {
    const number = ++count;
    await writeTextFile(run.log, `${half ? "file" : "act"} ${name.replace(/\s+/g, " ")}\n`, {
      append: true,
    });
    if (number === run.at && run.when === "before") await end();
    if (number === run.at && run.when === "half" && half) {
      await half();
      await end();
    }
    const result = await whole();
    if (number === run.at && run.when === "after") await end();
    return result;
  }

  globalThis.fetch = (input, init) => {
    const request = new Request(input, init);
    const { pathname } = new URL(request.url);
    const send = () => originalFetch(request);
    return request.method === "GET" ? send() : act(`${request.method} ${pathname}`, send);
  };
  const counts = (path: string | URL) =>
    run.folder !== undefined && String(path).startsWith(run.folder);
  Deno.writeTextFile = (path, data, options) => {
    const write = () => writeTextFile(path, data, options);
    if (!counts(path) || typeof data !== "string") return write();
    const part = () => writeTextFile(path, data.slice(0, data.length / 2), options);
    return act(`write ${name(path)}`, write, part);
  };
  Deno.rename = (from, to) =>
    counts(to) ? act(`rename ${name(to)}`, () => rename(from, to)) : rename(from, to);
  Deno.remove = (path, options) =>
    counts(path) ? act(`remove ${name(path)}`, () => remove(path, options)) : remove(path, options);
  Deno.mkdir = async (path, options) => {
    const isThere = await stat(path).then(() => true, () => false);
    const make = () => mkdir(path, options);
    return isThere || !counts(path) ? await make() : await act(`mkdir ${name(path)}`, make);
  };

  const database = run.database === undefined
    ? undefined
    : createUrlQuery(run.database, interrupt.signal);
  const [task = "", ...args] = Deno.args;
  return await runCommand(commands[task as keyof typeof commands], args, {
    environment: Deno.env.toObject(),
    readStack: () => Promise.resolve(null),
    readLinkedRef: () => Promise.resolve(null),
    runSupabase: async (args, options = {}) => {
      interrupt.signal.throwIfAborted();
      const call = async () => {
        const body = JSON.stringify({ args, cwd: options.cwd });
        const response = await originalFetch(run.cli!, { method: "POST", body });
        return await response.json();
      };
      const reads = args.includes("--read-only") || args[1] === "list";
      return reads ? await call() : await act(await describeCall(args), call);
    },
    ...(database && {
      database: {
        query: (text, parameters, options) => {
          const query = () => database.query<never>(text, parameters, options);
          return options?.readOnly ? query() : act(`statement ${text.slice(0, 60)}`, query);
        },
      },
    }),
    ...(run.migrations === undefined ? {} : { migrations: new URL(run.migrations) }),
    bundleFunctions: () =>
      Promise.resolve(
        functionNames.map((name) => ({ name, text: "export default {};", bytes: 18, gzip: 18 })),
      ),
    print: printLine,
    printError: printLine,
    isTerminal: false,
    confirm: () => false,
    sleep: () => Promise.resolve(),
    signal: interrupt.signal,
  });
}

/** A path without what is random in it. */
function name(path: string | URL): string {
  return String(path).replace(/^.*\/supabase\//, "").replace(
    /\.media-sync-[0-9a-f]{8}$/,
    " beside",
  );
}

async function describeCall(args: string[]): Promise<string> {
  const call = args.slice(0, 2).join(" ");
  if (call !== "db query") return call;
  return `${call} ${(await Deno.readTextFile(args[args.indexOf("--file") + 1]!)).slice(0, 60)}`;
}

if (import.meta.main) Deno.exit(await main(JSON.parse(Deno.env.get("KILLED_RUN")!)));
