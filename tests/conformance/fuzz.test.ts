import { assert, assertEquals } from "@std/assert";
import { routes } from "../../scripts/cloudinary-emulator/mod.ts";
import { createRandom } from "../support/random.ts";
import { withEmulator } from "./support.ts";

const REQUESTS = 10_000;
const METHODS = ["GET", "GET", "POST", "POST", "PUT", "DELETE", "HEAD", "PATCH"];
const PARTS =
  ("resources image video raw upload private search by_asset_ids by_asset_folder tags context " +
    "metadata moderations restore folders metadata_fields datasource order triggers upload_presets " +
    "usage ping config explicit rename destroy auto asset derived_resources related_assets " +
    "update_access_mode __proto__ constructor a b%2Fc %F0%9F%8E%88 %00 %2B .. %25 x y " +
    "00000000000000000000000000000000").split(" ");
const NAMES =
  ("public_ids[] public_ids asset_ids[] max_results next_cursor direction start_at prefix fields tags " +
    "context metadata type expression sort_by with_field command tag public_id from_public_id " +
    "to_public_id file folder asset_folder display_name access_control moderation_status eager async " +
    "to_folder uri event_type new_uri external_id label datasource validation default_value values " +
    "notification_url timestamp signature api_key upload_preset versions all key value order_by " +
    "overwrite asset_id transformations assets_to_relate __proto__ toString").split(" ");
const VALUES = [
  "",
  "a",
  "0",
  "-1",
  "500",
  "1e309",
  "999999999999999999999",
  "true",
  "false",
  "maybe",
  "null",
  "[]",
  "{}",
  "a=b|c=d",
  "=|\\",
  "\\",
  '{"a":1}',
  "[1,2",
  "x".repeat(3000),
  "🎈\ud800",
  "\u0000",
  "../..",
  "add",
  "remove_all",
  "resource_type:image AND",
  "tags=a OR (bytes>1",
  "created_at:[x TO y]",
  "((((((((((",
  "data:image/png;base64,AAAA",
  "data:,",
  "http://127.0.0.1:1/none",
  "2024-01-01",
  "5b5d",
  "integer",
  "enum",
  "__proto__",
];

Deno.test(`${REQUESTS} random requests → always an answer in Cloudinary's shape, never a crash`, () =>
  withEmulator({ assets: 40 }, async ({ emulator, control, cloudinary }) => {
    const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
    const random = createRandom(String(seed));
    const authorization = `Basic ${btoa(`${emulator.apiKey}:${emulator.apiSecret}`)}`;

    const fill = (part: string): string => {
      if (part.endsWith("resource_type")) return random.pick(["image", "image", "video", "raw"]);
      if (part === ":type") return random.pick(["upload", "upload", "private", "x"]);
      return /^[:*]/.test(part) ? random.pick(PARTS) : part;
    };
    const jsonValue = (depth: number): unknown => {
      if (depth === 0 || random.chance(0.5)) {
        return random.pick([...VALUES, 1, -1, 1.5, true, null, 1e300]);
      }
      return random.chance(0.5)
        ? [jsonValue(depth - 1), jsonValue(depth - 1)]
        : { [random.pick(NAMES)]: jsonValue(depth - 1) };
    };
    const randomBody = (): { type: string; body: BodyInit } => {
      const entries = Array.from(
        { length: random.between(0, 4) },
        () => [random.pick(NAMES), random.pick(VALUES)] as const,
      );
      switch (random.between(0, 4)) {
        case 0:
          return { type: "application/json", body: random.pick(["{", "[]", "null", "", "1"]) };
        case 1: {
          const values = entries.map(([name]) => [name, jsonValue(3)] as const);
          return {
            type: "application/json",
            body: JSON.stringify(Object.fromEntries(values)),
          };
        }
        case 2:
          return { type: "multipart/form-data; boundary=x", body: "--x\r\nbroken" };
        default: {
          const form = new URLSearchParams(entries.map(([name, value]) => [name, value]));
          return { type: "application/x-www-form-urlencoded", body: form.toString() };
        }
      }
    };

    for (let index = 0; index < REQUESTS; index++) {
      // Two thirds of the calls fit a route, so that the handlers behind it are reached.
      const route = random.chance(0.67) ? random.pick(routes) : undefined;
      const method = route?.method ?? random.pick(METHODS);
      const parts = route?.pattern.slice(1).split("/").map(fill) ??
        Array.from({ length: random.between(1, 5) }, () => random.pick(PARTS));
      const query = new URLSearchParams(
        Array.from(
          { length: random.between(0, 2) },
          () => [random.pick(NAMES), random.pick(VALUES)],
        ),
      );
      const path = `/v1_1/demo/${parts.join("/")}?${query}`;
      const headers: Record<string, string> = random.chance(0.95) ? { authorization } : {};
      const { type, body } = randomBody();
      headers["content-type"] = type;
      const hasBody = method !== "GET" && method !== "HEAD";
      const response = await fetch(emulator.http + path, {
        method,
        headers,
        ...(hasBody ? { body } : {}),
      });
      const text = await response.text();
      const what = `seed ${seed}, request ${index}: ${method} ${path} ${type} ${body}`;
      assert(response.status < 500, `${response.status} for ${what}: ${text}`);
      if (method === "HEAD") continue;
      const answer = JSON.parse(text);
      if (response.status >= 400) {
        assertEquals(typeof answer.error?.message, "string", what);
      }
    }
    const { defects, counts } = await control("GET", "/calls");
    const missed = routes.filter(({ method, pattern }) => !(`${method} ${pattern}` in counts));
    assertEquals(missed.map(({ method, pattern }) => `${method} ${pattern}`), [], `seed ${seed}`);
    assertEquals(defects, 0, `seed ${seed}`);
    assertEquals((await cloudinary.api.ping()).status, "ok", `seed ${seed}`);
  }));
