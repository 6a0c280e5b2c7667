/** What clients and rows hear of failures: our own words, and a status that fits. */
import { assert, assertEquals } from "@std/assert";
import {
  CloudinaryError,
  toCloudinaryError,
} from "../../../supabase/functions/_shared/cloudinary/errors.ts";
import { DatabaseError } from "../../../supabase/functions/_shared/media/database-error.ts";
import { failureReason } from "../../../supabase/functions/_shared/sync/failure-reason.ts";
import { mapError } from "../../../supabase/functions/_shared/sync/map-error.ts";

const words = 'null value in column "x" of relation "media_assets"';

const answers: [string, string, number, number | null, string | null][] = [
  ["42501", "Health is for admins.", 403, 403, "Health is for admins."],
  ["42501", "permission denied for table runs", 403, 403, null],
  ["22023", "public_id is 1 to 255 characters long.", 400, 400, null],
  ["23502", words, 400, 400, null],
  ["22P05", "unsupported Unicode escape sequence", 400, 400, null],
  ["54000", "index row size 5000 exceeds maximum", 500, 400, null],
  ["PGRST301", "JWT expired", 401, 401, null],
  ["", "Unauthorized", 401, 401, null],
  ["42P01", 'relation "x" does not exist', 404, null, null],
  ["57014", "canceling statement due to statement timeout", 500, 400, null],
];
for (const [code, message, status, mapped, sentence] of answers) {
  Deno.test(`the database says ${code || status} → ${mapped ?? "a neutral 500"}`, () => {
    const answer = mapError(new DatabaseError("list_media_assets", { code, message }, status));
    assertEquals(answer?.status ?? null, mapped);
    if (sentence !== null) assertEquals(answer?.message, sentence);
    if (!message.endsWith(".")) assert(!answer?.message.includes(message));
  });
}

Deno.test("the network fails → its code at most, no address; the log keeps what it said", () => {
  const said = "error sending request for url (http://10.0.0.7:8000/v1_1/demo/resources)";
  const error = toCloudinaryError(new TypeError(said));
  assertEquals(error.message, "Cloudinary could not be reached: no answer.");
  assertEquals(error.cause, said);
  const refused = toCloudinaryError({ error: { code: "ECONNREFUSED", message: "10.0.0.7" } });
  assertEquals(refused.message, "Cloudinary could not be reached: ECONNREFUSED.");
});

const reasons: [string, unknown, string, boolean][] = [
  [
    "Cloudinary does not answer",
    new CloudinaryError("It does not answer.", { code: "timeout" }),
    "cloudinary_timeout",
    false,
  ],
  [
    "Cloudinary refuses the key",
    new CloudinaryError("No.", { code: "unauthorized" }),
    "cloudinary_unauthorized",
    true,
  ],
  [
    "the database does not answer",
    new DatabaseError("x", { message: words }, 0),
    "database_unavailable",
    false,
  ],
  [
    "the database refuses",
    new DatabaseError("x", { code: "23502", message: words }, 400),
    "database_error",
    true,
  ],
  ["a mistake of ours", new TypeError(words), "internal_error", true],
];
for (const [title, error, code, isFinal] of reasons) {
  Deno.test(`${title} → the run ${isFinal ? "ends" : "goes on"}, and says ${code}`, () => {
    const reason = failureReason(error);
    assertEquals([reason.error.code, reason.isFinal], [code, isFinal]);
    assert(!reason.error.message.includes(words));
  });
}
