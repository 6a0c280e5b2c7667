const root = new URL("../../", import.meta.url);

/**
 * A text as `deno fmt` leaves it.
 *
 * @param extension Says what kind of text it is: `md`, `json`, `ts`.
 * @param options `config`: whether the repository's `deno.json` is followed, so that generated files pass its check
 *   (default true), or Deno's defaults.
 * @throws Error with the formatter's words.
 */
export async function formatText(
  text: string,
  extension: string,
  { config = true }: { config?: boolean } = {},
): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "fmt",
      ...(config ? ["--config", new URL("deno.json", root).pathname] : ["--no-config"]),
      ...["--ext", extension, "-"],
    ],
    cwd: root.pathname,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  if (!success) throw new Error(`deno fmt failed:\n${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}
