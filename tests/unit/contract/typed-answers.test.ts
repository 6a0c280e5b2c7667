import { assertEquals } from "@std/assert";
import type { EventAnswer } from "../../../supabase/functions/_shared/contract/webhook.ts";
import { jsonResponse } from "../../../supabase/functions/_shared/http/respond.ts";
import { conflict } from "../../../supabase/functions/_shared/http/api-error.ts";

Deno.test("answers other than the contract's → do not compile", () => {
  const answers = [
    jsonResponse<EventAnswer>({ success: true, result: "applied" }),
    // @ts-expect-error: a field is missing.
    jsonResponse<EventAnswer>({ success: true }),
    // @ts-expect-error: no such result.
    jsonResponse<EventAnswer>({ success: true, result: "lost" }),
    // @ts-expect-error: one field too many.
    jsonResponse<EventAnswer>({ success: true, result: "applied", more: 1 }),
    // @ts-expect-error: which answer it is must be said.
    jsonResponse({ success: true, result: "applied" }),
  ];
  assertEquals(answers.map(({ status }) => status), [200, 200, 200, 200, 200]);
  // @ts-expect-error: no code of the contract.
  assertEquals(conflict("No.", "odd").status, 409);
});
