import { assertEquals, assertThrows } from "@std/assert";
import { assertKeepsContract, operationOf } from "../../support/contract.ts";

const event = { success: true, result: "applied" };
const error = { success: false, error: "No.", code: "bad_request", request_id: "12345678" };

Deno.test("answers that the contract names → pass", () => {
  assertKeepsContract("POST", "webhook", { status: 200, body: event });
  assertKeepsContract("POST", "webhook", { status: 400, body: error });
  assertKeepsContract("GET", "nowhere", { status: 404, body: { ...error, code: "not_found" } });
  assertKeepsContract("PATCH", "media-list", {
    status: 400,
    body: { ...error, details: [{ path: "ids", message: "is missing" }] },
  });
});

for (
  const [what, status, body] of [
    ["with a field more", 200, { ...event, more: 1 }],
    ["with a field less", 200, { success: true }],
    ["with another value", 200, { ...event, result: "lost" }],
    ["with another status", 202, event],
    ["that is an error of another shape", 400, { message: "No." }],
    ["that is an error with an unknown code", 400, { ...error, code: "odd" }],
    ["that is an error with a status it does not name", 409, { ...error, code: "conflict" }],
  ] as const
) {
  Deno.test(`an answer ${what} → breaks the contract`, () => {
    assertThrows(() => assertKeepsContract("POST", "webhook", { status, body }));
  });
}

Deno.test("a path → the operation with the most literal segments", () => {
  const names = [
    ["GET", "media-list?limit=1"],
    ["POST", "media-list/uploads"],
    ["POST", "media-list/uploads/confirm"],
    ["POST", "media-list/x/restore"],
    ["PATCH", "media-list/x"],
    ["GET", "media-list/metadata-fields"],
    ["PATCH", "media-list/metadata-fields"],
    ["GET", "sync/"],
    ["PUT", "sync"],
    ["GET", "sync/x"],
  ].map(([method, path]) => operationOf(method!, path!)?.id);
  assertEquals(names, [
    "listMedia",
    "signUpload",
    "confirmUpload",
    "restoreMediaItem",
    "editMediaItem",
    "listMetadataFields",
    undefined,
    "getSync",
    undefined,
    undefined,
  ]);
});
