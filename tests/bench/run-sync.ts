import type { StackInfo } from "../../scripts/support/stack-info.ts";

/**
 * Calls `POST sync` until the run that it works on has ended, as a caller does who does not wait for the next tick.
 *
 * @param name The function to call.
 * @returns How many calls it took.
 * @throws Error when an answer is neither 200 nor 202.
 */
export async function runSync(
  info: Pick<StackInfo, "url" | "secret_key">,
  body: Record<string, unknown> = {},
  name = "sync",
): Promise<number> {
  for (let calls = 1;; calls++) {
    const response = await fetch(`${info.url}/functions/v1/${name}`, {
      method: "POST",
      headers: { apikey: info.secret_key, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (response.status === 200) return calls;
    if (response.status !== 202) throw new Error(`sync answered ${response.status}: ${text}`);
    // Others may hold all shards; a caller that asked again at once would only be in their way.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Makes the emulated Cloudinary wait so long before each answer, in ms. */
export async function setLatency(
  { cloudinary_http }: Pick<StackInfo, "cloudinary_http">,
  latency_ms: number,
): Promise<void> {
  const response = await fetch(`${cloudinary_http}/_emulator/faults`, {
    method: "PUT",
    body: JSON.stringify({ latency_ms }),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`the emulator answered ${response.status}`);
}
