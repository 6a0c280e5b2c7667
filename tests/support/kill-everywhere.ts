/** Runs a command, really killed at every act of it that changes something. */
import { assert } from "@std/assert";
import type { KilledRun } from "./killed-command.ts";

const script = new URL("./killed-command.ts", import.meta.url).pathname;

/** How a run ended. */
export interface KilledEnd {
  code: number;
  /** Null where it ended by itself. */
  signal: string | null;
  said: string;
  /** A line for each act that began. */
  acts: string[];
  /** Files that it left where temporary files are made. */
  left: string[];
}

/** A command and what it finds around it. */
export interface Killable {
  args: string[];
  environment?: Record<string, string>;
  run: Pick<KilledRun, "cli" | "database" | "migrations" | "folder">;
}

/** Where a command is ended. */
export type KillPoint = Pick<KilledRun, "at" | "when" | "signal"> & {
  /** For titles. */
  where: string;
};

/** Runs a command that ends itself at `point`; without one, to its end. */
export async function startKilled(
  { args, environment = {}, run }: Killable,
  point: Omit<KillPoint, "where"> = { at: 0, when: "before", signal: "SIGKILL" },
): Promise<KilledEnd> {
  const log = await Deno.makeTempFile();
  const temporary = await Deno.makeTempDir();
  try {
    const { at, when, signal } = point;
    const { code, signal: ended, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-check", "--allow-all", script, ...args],
      env: {
        ...environment,
        TMPDIR: temporary,
        KILLED_RUN: JSON.stringify({ ...run, at, when, signal, log } satisfies KilledRun),
      },
      stdin: "null",
      stderr: "inherit",
    }).output();
    const acts = (await Deno.readTextFile(log)).split("\n").filter(Boolean);
    const left = [...Deno.readDirSync(temporary)].map(({ name }) => name);
    return { code, signal: ended, said: new TextDecoder().decode(stdout), acts, left };
  } finally {
    await Deno.remove(temporary, { recursive: true });
    await Deno.remove(log);
  }
}

/**
 * Every place at which a command can be ended: before its first act, after each, and within each that writes a file.
 *
 * @param whole How it went undisturbed.
 */
export function killPoints(
  { acts, code, said }: KilledEnd,
  signals: readonly KilledRun["signal"][] = ["SIGKILL", "SIGINT"],
): KillPoint[] {
  assert(code === 0, said);
  const places = [
    { at: 1, when: "before" as const, where: `before ${acts[0]}` },
    ...acts.flatMap((act, index) => [
      ...act.startsWith("file ")
        ? [{ at: index + 1, when: "half" as const, where: `in the midst of ${act}` }]
        : [],
      { at: index + 1, when: "after" as const, where: `after ${act}` },
    ]),
  ];
  return signals.flatMap((signal) =>
    places.map(({ where, ...place }) => ({ ...place, signal, where: `${signal} ${where}` }))
  );
}
