/**
 * Has the console built before somebody opens it.
 *
 * @returns Why it could not be built; null where it is there, or the stack ended meanwhile.
 */
export async function warmConsole(consoleUrl: string, signal: AbortSignal): Promise<string | null> {
  try {
    const response = await fetch(consoleUrl, { signal });
    const text = await response.text();
    return response.ok ? null : text.trim();
  } catch (error) {
    if (signal.aborted) return null;
    return error instanceof Error ? error.message : String(error);
  }
}
