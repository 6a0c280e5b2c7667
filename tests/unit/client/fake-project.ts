import { createClient } from "@supabase/supabase-js";
import { createMediaClient, MediaError } from "../../../supabase/client/mod.ts";
import type { MediaClient } from "../../../supabase/client/mod.ts";

/** One request that the client made. */
export interface Asked {
  method: string;
  /** Path and query. */
  path: string;
  // deno-lint-ignore no-explicit-any -- as it was sent.
  body: any;
}

/** A client whose requests a test answers; a thrown value is a failed connection. */
export function fakeProject(answer: (asked: Asked) => Response | Promise<Response>): {
  media: MediaClient;
  asked: Asked[];
} {
  const asked: Asked[] = [];
  const supabase = createClient("http://project.test", "sb_publishable_x", {
    auth: { persistSession: false, autoRefreshToken: false },
    global: {
      fetch: async (input, init) => {
        if (init?.signal?.aborted) throw init.signal.reason;
        const request = new Request(input, init);
        const { pathname, search } = new URL(request.url);
        const text = await request.text();
        const one = {
          method: request.method,
          path: pathname + search,
          body: text === "" ? null : JSON.parse(text),
        };
        asked.push(one);
        return await answer(one);
      },
    },
  });
  return { media: createMediaClient(supabase), asked };
}

/** What a call is refused with. */
export async function failureOf(call: Promise<unknown>): Promise<MediaError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof MediaError) return error;
    throw error;
  }
  throw new Error("The call succeeded.");
}
