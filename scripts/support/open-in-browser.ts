/** The command that shows an address in the user's browser, by operating system. */
const openers: Record<string, [command: string, ...args: string[]]> = {
  darwin: ["open"],
  windows: ["rundll32", "url.dll,FileProtocolHandler"],
};

/** How long a command may think about it before it counts as having opened a browser, in ms. */
const PATIENCE_MS = 3_000;

/**
 * Shows an address in the user's browser.
 *
 * @returns Whether something took it; a machine without a browser has nothing that would.
 */
export async function openInBrowser(
  url: string,
  system: typeof Deno.build.os = Deno.build.os,
): Promise<boolean> {
  const [command, ...args] = openers[system] ?? ["xdg-open"];
  try {
    const child = new Deno.Command(command, {
      args: [...args, url],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    // Where it becomes the browser itself, it ends with it.
    child.unref();
    const waited = AbortSignal.timeout(PATIENCE_MS);
    const stays = new Promise<boolean>((resolve) => {
      waited.addEventListener("abort", () => resolve(true), { once: true });
    });
    return await Promise.race([child.status.then(({ success }) => success), stays]);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) {
      return false;
    }
    throw error;
  }
}
