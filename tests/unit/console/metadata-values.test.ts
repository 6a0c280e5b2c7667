/** Values of structured metadata as forms hold them, and as the API takes them. */
import { assertEquals } from "@std/assert";
import type { MetadataField } from "../../../supabase/client/mod.ts";
import {
  choicesFor,
  fromDraft,
  switchedOffChoices,
  toDraft,
  toShown,
} from "../../../scripts/console/app/state/metadata-values.ts";

const values: MetadataField["values"] = [
  { external_id: "web", value: "Website", state: "active" },
  { external_id: "fax", value: "Fax", state: "inactive" },
  { external_id: "print", value: "Print", state: "active" },
];

const field = (type: MetadataField["type"]): MetadataField => ({
  external_id: "field",
  label: "Field",
  type,
  mandatory: false,
  values: type === "enum" || type === "set" ? values : [],
});

for (
  const [type, value, draft, shown] of [
    ["string", "A text", "A text", "A text"],
    ["integer", 5, "5", "5"],
    ["integer", 0, "0", "0"],
    ["date", "2026-05-01", "2026-05-01", "2026-05-01"],
    ["enum", "web", "web", "Website"],
    ["enum", "fax", "fax", "Fax"],
    ["enum", "gone", "gone", "gone"],
    ["set", ["web", "print"], '["web","print"]', "Website, Print"],
    ["string", undefined, "", ""],
    ["set", undefined, "", ""],
  ] as const
) {
  Deno.test(`${JSON.stringify(value)} of type ${type} → a draft that gives it back, and ${shown || "nothing"}`, () => {
    assertEquals(toDraft(field(type), value), draft);
    assertEquals(toShown(field(type), draft), shown);
    assertEquals<unknown>(fromDraft(field(type), draft), value ?? null);
  });
}

Deno.test("a set without a choice → null, which clears the field", () => {
  assertEquals([toDraft(field("set"), []), fromDraft(field("set"), "")], ["", null]);
});

for (
  const [type, draft] of [
    ["integer", "1.5"],
    ["integer", "12345678901234567890"],
    ["date", "1 May"],
    ["date", "12026-05-01"],
  ] as const
) {
  Deno.test(`${draft} as ${type} → no value of that type`, () => {
    assertEquals(fromDraft(field(type), draft), undefined);
  });
}

Deno.test("what is offered → active choices, and what is held: told as switched off, or not told at all", () => {
  const offered = (held: string[]) =>
    choicesFor(field("set"), held).map(({ external_id, state }) => `${external_id} ${state}`);
  assertEquals(offered([]), ["web active", "print active"]);
  assertEquals(offered(["print", "fax", "gone"]), [
    "web active",
    "fax inactive",
    "print active",
    "gone inactive",
  ]);
});

for (
  const [refusal, ...told] of [
    ["Invalid value for metadata field channels: [1].", "Channels: Fax, gone"],
    ["Invalid value for metadata field licence.", "Licence: Fax"],
    ["Some metadata is not valid.", "Channels: Fax, gone", "Licence: Fax"],
    ["Invalid value for metadata field credit."],
    ["The folder is too deep."],
  ] as const
) {
  Deno.test(`a refusal that says "${refusal}" → ${told.join("; ") || "no choice"} told as switched off`, () => {
    const fields: MetadataField[] = [
      { ...field("set"), external_id: "channels", label: "Channels" },
      { ...field("enum"), external_id: "licence", label: "Licence" },
      { ...field("string"), external_id: "credit", label: "Credit" },
      { ...field("set"), external_id: "sizes", label: "Sizes" },
    ];
    const metadata = { channels: ["web", "fax", "gone"], licence: "fax", credit: "Fax" };
    const found = switchedOffChoices(fields, metadata, refusal);
    assertEquals(found.map(({ label, choices }) => `${label}: ${choices.join(", ")}`), [...told]);
  });
}
