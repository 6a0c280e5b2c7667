import type { PostgresProvider } from "./provider.ts";

/** Environment variable in which test processes find the broker of the run that they belong to. */
export const BROKER_VARIABLE = "TEST_POSTGRES_BROKER";

/**
 * Shares one provider between the test processes of a run: nothing is started before the first of them
 * asks, and all of them use the same cluster and template.
 *
 * @returns The broker's URL, for {@linkcode BROKER_VARIABLE}, and a way to stop answering.
 */
export function serveBroker(provider: PostgresProvider): { url: string; stop(): Promise<void> } {
  const answers: Record<string, () => Promise<unknown>> = {
    "/cluster": () => provider.cluster(),
    "/template": async () => ({ name: await provider.template() }),
  };
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const answer = answers[new URL(request.url).pathname];
      if (!answer) return new Response(null, { status: 404 });
      try {
        return Response.json(await answer());
      } catch (error) {
        return Response.json({ error: error instanceof Error ? error.message : String(error) });
      }
    },
  );
  return { url: `http://127.0.0.1:${server.addr.port}`, stop: () => server.shutdown() };
}

/** A provider that asks the broker at `url`. */
export function createBrokerProvider(url: string): PostgresProvider {
  async function ask<T>(path: string): Promise<T> {
    const answer: T & { error?: string } = await (await fetch(new URL(path, url))).json();
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }
  return {
    cluster: () => ask("/cluster"),
    template: async () => (await ask<{ name: string }>("/template")).name,
    owned: () => Promise.resolve(undefined),
    stop: () => Promise.resolve(),
  };
}
