/** A command on a pseudo-terminal, as a person runs it: util-linux's `script` makes one. */

/** How it ended, and everything that the terminal showed, without colours. */
export interface TerminalEnd {
  code: number;
  shown: string;
}

/** A running command. */
export interface Terminal {
  /** Resolves when the terminal shows the text after what was waited for before; throws where the command ends without. */
  shows(text: string): Promise<void>;
  /** Types a line. */
  answer(line: string): Promise<void>;
  /** Ctrl+C. */
  interrupt(): Promise<void>;
  end(): Promise<TerminalEnd>;
}

/**
 * Starts `deno run` on a pseudo-terminal.
 *
 * @param script Path of the command's file.
 * @param environment Its whole environment, besides what Deno and npx need.
 */
export function openTerminal(
  script: string,
  args: readonly string[],
  environment: Record<string, string>,
): Terminal {
  const words = [Deno.execPath(), "run", "--quiet", "--no-check", "--allow-all", script, ...args];
  const child = new Deno.Command("script", {
    args: [
      ...["--quiet", "--return", "--echo", "always", "--command"],
      ...[`exec ${words.map(quote).join(" ")}`, "/dev/null"],
    ],
    clearEnv: true,
    env: { ...inherited(), NO_COLOR: "1", TERM: "dumb", SHELL: "/bin/sh", ...environment },
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  const encoder = new TextEncoder();
  let [shown, seen, ended] = ["", 0, false];
  let wake = Promise.withResolvers<void>();
  const reading = (async () => {
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      // deno-lint-ignore no-control-regex -- what a terminal shows.
      shown += chunk.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, "").replaceAll("\r", "");
      wake.resolve();
      wake = Promise.withResolvers();
    }
    ended = true;
    wake.resolve();
  })();
  return {
    async shows(text) {
      while (!shown.includes(text, seen)) {
        if (ended) throw new Error(`The command ended without showing "${text}":\n${shown}`);
        await wake.promise;
      }
      seen = shown.indexOf(text, seen) + text.length;
    },
    answer: (line) => writer.write(encoder.encode(`${line}\n`)),
    interrupt: () => writer.write(encoder.encode("\x03")),
    async end() {
      const { code } = await child.status;
      await reading;
      await writer.close().catch(() => {});
      return { code, shown };
    },
  };
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function inherited(): Record<string, string> {
  const wanted =
    /^(PATH|HOME|LANG|XDG_CACHE_HOME|TMPDIR|SSL_CERT_(FILE|DIR)|NODE_EXTRA_CA_CERTS|DENO_.+|npm_config_.+)$/i;
  return Object.fromEntries(
    Object.entries(Deno.env.toObject()).filter(([name]) => wanted.test(name)),
  );
}
