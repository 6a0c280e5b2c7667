/** Lines of the Supabase CLI that tell nothing about why it failed. */
const NOISE = /^(Target: |Confirmed by |Uploading asset |Try rerunning |A new version )/;

/**
 * Why the Supabase CLI failed, in its own words: without the lines around them, what an API answered unpacked, and without
 * the statement that PostgreSQL repeats as its context.
 *
 * @returns At most 2,000 characters.
 */
export function cliReason({ stdout, stderr }: { stdout: string; stderr: string }): string {
  const said = stderr.trim() || stdout.trim();
  const lines = said.split("\n").filter((line) => !NOISE.test(line)).map(unpack);
  return withoutContext(lines.join("\n")) || "it gave no reason";
}

/** PostgreSQL's words without the statement that it repeats as their context: a migration's is long. */
export function withoutContext(reason: string): string {
  return reason.trim().split(/\n\s*CONTEXT\b/i)[0]!.slice(0, 2_000).trim();
}

function unpack(line: string): string {
  const [, before, json] = /^(.*?)(\{.*\})\s*$/.exec(line) ?? [];
  if (json === undefined) return line;
  try {
    const { message } = JSON.parse(json);
    return typeof message === "string" ? `${before}${message}` : line;
  } catch {
    return line;
  }
}
