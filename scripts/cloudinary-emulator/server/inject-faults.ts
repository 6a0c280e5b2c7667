import type { Faults, ScriptedFailure } from "../store/faults.ts";
import type { State } from "../store/state.ts";

/** What the fault injection does to a call; null = nothing. */
export type Injected =
  | { readonly kind: "answer"; readonly name: string; readonly response: Response }
  | { readonly kind: "lost_answer" }
  | null;

/** A response whose connection breaks before the body ends. */
export function brokenResponse(): Response {
  const body = new ReadableStream({
    start: (controller) => controller.error(new Error("injected connection reset")),
  });
  return new Response(body, { headers: { "content-type": "application/json" } });
}

/**
 * Decides what goes wrong with an API call: scripted failures first, then the random ones. Waits for
 * the latency, and until the client or the emulator goes away for a call that hangs.
 *
 * @param path the percent-decoded path of the call
 */
export async function injectFaults(
  state: Pick<State, "faults" | "faultRandom" | "timers">,
  request: Request,
  path: string,
): Promise<Injected> {
  const { faultRandom, timers } = state;
  // As they are when the call comes in, whatever they are when it has waited.
  const faults = { ...state.faults };
  if (faults.latency_ms > 0) await timers.wait(faults.latency_ms, request.signal);
  const scripted = takeScripted(state.faults, request.method, path);
  if (scripted !== undefined) {
    return { kind: "answer", name: "fail_next", response: scriptedResponse(scripted) };
  }
  if (faults.hang_rate > 0 && faultRandom.chance(faults.hang_rate)) {
    await timers.wait(Infinity, request.signal);
    return { kind: "answer", name: "hang", response: brokenResponse() };
  }
  if (faults.reset_rate > 0 && faultRandom.chance(faults.reset_rate)) {
    return { kind: "answer", name: "reset", response: brokenResponse() };
  }
  if (faults.error_rate > 0 && faultRandom.chance(faults.error_rate)) {
    const status = faultRandom.pick([500, 502, 503]);
    return { kind: "answer", name: "error", response: errorResponse(status) };
  }
  if (faults.lost_answer_rate > 0 && faultRandom.chance(faults.lost_answer_rate)) {
    return { kind: "lost_answer" };
  }
  return null;
}

function takeScripted(faults: Faults, method: string, path: string): ScriptedFailure | undefined {
  const index = faults.fail_next.findIndex(({ match }) => {
    const space = match.indexOf(" ");
    const hasMethod = space > 0 && /^[A-Z]+$/.test(match.slice(0, space));
    if (!hasMethod) return path.includes(match);
    return match.slice(0, space) === method && path.includes(match.slice(space + 1));
  });
  if (index < 0) return undefined;
  const scripted = faults.fail_next[index];
  faults.fail_next = faults.fail_next.filter((_, position) => position !== index);
  return scripted;
}

function scriptedResponse({ status, body }: ScriptedFailure): Response {
  if (typeof body === "string") return htmlResponse(status, body);
  return Response.json(body ?? { error: { message: `Injected failure ${status}` } }, { status });
}

/** An internal error is JSON; the gateway's errors are HTML, as in life. */
function errorResponse(status: number): Response {
  return status === 500
    ? Response.json({ error: { message: "General Error" } }, { status })
    : htmlResponse(status, `<html><body><h1>${status} Bad Gateway</h1></body></html>`);
}

function htmlResponse(status: number, body: string): Response {
  return new Response(body, { status, headers: { "content-type": "text/html" } });
}
