/** What is read from notifications: every recorded shape of every type, and shapes that nobody recorded. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  NOTIFICATION_TYPES,
  readNotification,
} from "../../../supabase/functions/_shared/cloudinary/notification.ts";
import { readRecordedNotifications } from "../../support/fixtures/notifications/recorded-notifications.ts";

/** The types that triggers accept, without `all`. */
const TRIGGER_TYPES = [
  ...["access_control_changed", "bulk_refresh_auto_fetch", "create_folder", "delete"],
  ...["delete_by_token", "delete_folder", "eager", "error", "explode", "generate_archive", "info"],
  ...["invalidate_custom_cdn", "moderation", "moderation_summary", "move"],
  ...["move_or_rename_asset_folder", "multi", "proof_status_changed", "publish", "rename"],
  ...["report", "related_assets", "resource_context_changed", "resource_display_name_changed"],
  ...["resource_metadata_changed", "resource_tags_changed", "restore_asset_version", "sprite"],
  "upload",
];

const recorded = readRecordedNotifications();

for (const { title, body, triggered_at, effects } of recorded) {
  Deno.test(`${body.notification_type ?? "no type"}, ${title} → its effects`, () => {
    const notification = readNotification(body);
    // Compared as sent: keys that are undefined do not travel.
    assertEquals(JSON.parse(JSON.stringify(notification)), {
      type: body.notification_type ?? "unknown",
      triggeredAt: triggered_at,
      signatureKey: body.signature_key ?? null,
      effects,
    });
  });
}

Deno.test("the recorded shapes → every type that a trigger accepts is among them", () => {
  const types = new Set(recorded.map(({ body }) => body.notification_type));
  assertEquals(TRIGGER_TYPES.filter((type) => !types.has(type)), []);
  assertEquals(NOTIFICATION_TYPES.filter((type) => !types.has(type)), []);
});

Deno.test("metadata told whole before and after → only what changed of it", () => {
  const { effects } = readNotification({
    notification_type: "resource_metadata_changed",
    resources: {
      a: {
        asset_id: "1",
        previous_metadata: { same: ["x"], changed: 1, gone: "y", emptied: "z" },
        new_metadata: { same: ["x"], changed: 2, emptied: null, added: true },
      },
    },
  });
  const [effect] = effects;
  assert(effect?.kind === "delta");
  assertEquals(effect.fields.metadata, {
    set: { changed: 2, added: true },
    removed: ["gone", "emptied"],
  });
});

Deno.test("any JSON object → effects that name an asset or a folder, never an exception", () => {
  const types = fc.constantFrom(...TRIGGER_TYPES, "something_new", "__proto__", "constructor");
  const odd = fc.oneof(fc.jsonValue(), fc.constant([[]]), fc.constant({ resources: [null] }));
  const item = fc.dictionary(
    fc.constantFrom(
      ...["asset_id", "public_id", "resource_type", "type", "added", "removed", "updated"],
      ...["new_metadata", "previous_metadata", "new_display_name", "to_asset_folder"],
    ),
    odd,
  );
  const body = fc.record({
    notification_type: types,
    notification_context: odd,
    resources: fc.oneof(odd, fc.array(item), fc.dictionary(fc.string(), item)),
    from_path: odd,
    to_path: odd,
    from_public_id: odd,
    to_public_id: odd,
    status: odd,
    moderation_status: odd,
  }, { requiredKeys: ["notification_type"] });
  fc.assert(
    fc.property(body, (value) => {
      for (const effect of readNotification(value as Record<string, unknown>).effects) {
        if (effect.kind === "folder") assert(effect.from !== "" || effect.to !== "");
        else assert(effect.asset_id || ("public_id" in effect && effect.public_id));
      }
    }),
    { numRuns: 2_000 },
  );
});
