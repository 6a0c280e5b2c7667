/** What `config.json` beside the page says. */
export interface Configuration {
  /** The project's URL. */
  url: string;
  publishable_key: string;
  /** Address of the Cloudinary emulator, where the project is the local stack: shown in a pane beside the console. */
  emulator?: string;
}

/**
 * Reads the configuration that stands beside the page.
 *
 * @throws Error with a sentence that names the file and what to write into it
 */
export async function readConfiguration(
  ask: typeof fetch = fetch,
): Promise<Configuration> {
  const response = await ask("config.json", { cache: "no-cache" });
  const found = response.ok ? await response.json().catch(() => null) : null;
  if (
    typeof found?.url === "string" && URL.canParse(found.url) && /^https?:/.test(found.url) &&
    typeof found.publishable_key === "string" && found.publishable_key !== ""
  ) {
    return found;
  }
  throw new Error(
    'The file config.json beside this page must name the project: { "url": "https://…", "publishable_key": "…" }.',
  );
}
