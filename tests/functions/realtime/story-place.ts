/** What the story of live updates needs, and what it is to come to. */
import { assertEquals } from "@std/assert";
import { SignJWT } from "jose";
import type { StackWorld } from "../../support/stack-test.ts";
import { syncUntilCompleted } from "../../support/stack.ts";
import type { RealtimePlace, RealtimeStory } from "./story.ts";

/** Brings the library here, and makes the place. */
export async function realtimePlace({ stack, call }: StackWorld): Promise<RealtimePlace> {
  await syncUntilCompleted(call);
  const [asset] = await stack.sql<{ id: string }>("select id from public.media_assets limit 1");
  const { url, publishable_key, users } = stack.info;
  return {
    url,
    key: publishable_key,
    assetId: asset!.id,
    users: { ...users },
    forged: await forge(),
  };
}

async function forge(): Promise<Record<string, string>> {
  const claims = { role: "service_role", app_metadata: { media_role: "admin" } };
  const foreign = new TextEncoder().encode("a secret that no project has, long enough to sign");
  const signed = await new SignJWT(claims).setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setExpirationTime("1h").sign(foreign);
  const unsigned = [{ alg: "none", typ: "JWT" }, { ...claims, exp: 9_999_999_999 }]
    .map((part) => btoa(JSON.stringify(part)).replaceAll("=", "")).join(".");
  return {
    "signed by another": signed,
    "not signed": `${unsigned}.`,
    "no token at all": "nonsense",
  };
}

const unauthorized =
  "Unauthorized: You do not have permissions to read from this Channel topic: media_assets";
const refusals: Record<string, string> = {
  anonymous: unauthorized,
  "signed by another": "JwtSignatureError: Failed to validate JWT signature",
  "not signed": "JwtSignatureError: Failed to validate JWT signature",
  "no token at all": "MalformedJWT: The token provided is not a valid JWT",
};

/** Viewer and editor are told of the one edit, and of nothing else; nobody else may listen. */
export function assertRealtimeStory(story: RealtimeStory): void {
  const once = {
    joined: { viewer: "SUBSCRIBED", editor: "SUBSCRIBED", ...refusals },
    received: {
      viewer: ["update of 1"],
      editor: ["update of 1"],
      ...Object.fromEntries(Object.keys(refusals).map((who) => [who, []])),
    },
  };
  assertEquals(story, { "1.0.0": once, "2.0.0": once });
}
