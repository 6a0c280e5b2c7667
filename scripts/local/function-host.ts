/**
 * The process in which one function of the local stack lives, as the platform gives each an isolate:
 * `deno run --config <the function's deno.json> function-host.ts <URL of index.ts>`. It prints
 * `READY {"port":…}` and serves the module's unmodified default export on that loopback port. No imports:
 * nothing of the stack may reach the function's module graph.
 */
// deno-lint-ignore-file no-console

const background = new Set<Promise<unknown>>();

/** As the platform does: work goes on after the response, and a rejection is logged, not thrown. */
function waitUntil(promise: Promise<unknown>): void {
  const settled: Promise<unknown> = Promise.resolve(promise)
    .catch((error) => console.error("EdgeRuntime.waitUntil: rejected:", error))
    .finally(() => background.delete(settled));
  background.add(settled);
}

Object.defineProperty(globalThis, "EdgeRuntime", { value: { waitUntil } });

// The stack holds the other end of stdin: when it dies in any way, so does this process.
void (async () => {
  for await (const _ of Deno.stdin.readable);
  Deno.exit(0);
})();

Deno.addSignalListener("SIGTERM", () => {
  const reason = { reason: "termination", background: background.size };
  globalThis.dispatchEvent(new CustomEvent("beforeunload", { detail: reason }));
  setTimeout(() => Deno.exit(0), 0);
});

const entrypoint = Deno.args[0];
if (!entrypoint) throw new Error("usage: function-host.ts <URL of the function's index.ts>");

const handler = (await import(entrypoint)).default?.fetch;
if (typeof handler !== "function") {
  throw new Error(`${entrypoint} has no default export with a fetch function`);
}

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(`READY ${JSON.stringify({ port })}`),
  onError: (error) => {
    console.error(error);
    const body = { code: "WORKER_ERROR", message: "Function exited due to an error" };
    return Response.json(body, { status: 500, headers: { "sb-error-code": "WORKER_ERROR" } });
  },
}, (request) => handler(request));
