/** What a pgTAP file did. */
export interface ProveResult {
  /** Whether every assertion held, and as many ran as were planned. */
  passed: boolean;
  /** Assertions that ran. */
  assertions: number;
  /** The TAP, with diagnostics. */
  output: string;
}

/**
 * Runs one pgTAP file with `pg_prove`.
 *
 * @param url `postgres://` URL of the database, as superuser.
 * @param file Path of the file; `\ir` in it is relative to the file.
 */
export async function pgProve(url: string, file: string): Promise<ProveResult> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const { success, stdout, stderr } = await new Deno.Command("pg_prove", {
    args: [
      ...[
        "--host",
        hostname,
        "--port",
        port,
        "--username",
        username,
        "--dbname",
        pathname.slice(1),
      ],
      ...["--verbose", "--nocolor", "--norc", file],
    ],
    env: { PGPASSWORD: password, PGOPTIONS: "--client-min-messages=warning" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  const output = `${decoder.decode(stdout)}${decoder.decode(stderr)}`;
  const assertions = output.match(/^(?:not )?ok \d+/gm)?.length ?? 0;
  return { passed: success && assertions > 0, assertions, output };
}
