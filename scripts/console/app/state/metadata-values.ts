import type { MetadataChoice, MetadataField } from "../../../../supabase/client/mod.ts";

/**
 * A value of structured metadata as a form holds it: text, and of a set the external_ids as JSON. Empty where there is no
 * value.
 */
export function toDraft(field: MetadataField, value: unknown): string {
  if (value === null || value === undefined) return "";
  if (field.type !== "set") return String(value);
  const ids = Array.isArray(value) ? value.map(String) : [String(value)];
  return writeSet(ids);
}

/** What a form holds, as the API takes it; null clears the field, and undefined fits no field of that type. */
export function fromDraft(
  field: MetadataField,
  draft: string,
): string | number | string[] | null | undefined {
  if (draft.trim() === "") return null;
  switch (field.type) {
    case "integer": {
      const number = Number(draft);
      return Number.isSafeInteger(number) ? number : undefined;
    }
    case "date":
      return /^\d{4}-\d{2}-\d{2}$/.test(draft) ? draft : undefined;
    case "set":
      // Uncertain: whether Cloudinary takes a list in which a choice stays that was switched off. Its documentation does not
      // say. What is held is sent back, since leaving it out would take away what nobody took away; a refusal is told with
      // the choices that may be its reason.
      return readSet(draft);
    default:
      return draft;
  }
}

/** A value as people read it: its choices by their names. */
export function toShown(field: MetadataField, draft: string): string {
  if (field.type !== "enum" && field.type !== "set") return draft;
  return heldChoices(field, draft).map((id) =>
    field.values.find(({ external_id }) => external_id === id)?.value ?? id
  )
    .join(", ");
}

/**
 * What is offered: what can be chosen, and what is held although it was switched off. Cloudinary may not tell the latter at
 * all: then its external_id has to do.
 */
export function choicesFor(field: MetadataField, held: readonly string[]): MetadataChoice[] {
  const isHeld = ({ external_id }: MetadataChoice) => held.includes(external_id);
  const untold = held.filter((id) => !field.values.some(({ external_id }) => external_id === id))
    .map((id): MetadataChoice => ({ external_id: id, value: id, state: "inactive" }));
  return [
    ...field.values.filter((choice) => choice.state === "active" || isHeld(choice)),
    ...untold,
  ];
}

/** A field, and the names of what it holds although it can no longer be chosen. */
export interface SwitchedOff {
  label: string;
  choices: string[];
}

/**
 * What an asset holds that is no longer offered, of the fields that a refusal names; of all where it speaks of metadata and
 * names none, and of none where it is about something else.
 *
 * @param refusal Cloudinary's words, as the asset's `sync_error` holds them
 */
export function switchedOffChoices(
  fields: readonly MetadataField[],
  metadata: Readonly<Record<string, unknown>>,
  refusal: string,
): SwitchedOff[] {
  const words = new Set(refusal.split(/[^\p{L}\p{N}_-]+/u));
  const named = fields.filter(({ external_id }) => words.has(external_id));
  const blamed = named.length > 0 ? named : /metadata/i.test(refusal) ? fields : [];
  return blamed.filter(({ type }) => type === "enum" || type === "set").flatMap((field) => {
    const held = heldChoices(field, toDraft(field, metadata[field.external_id]));
    const choices = choicesFor(field, held).filter(({ state }) => state === "inactive")
      .map(({ value }) => value);
    return choices.length === 0 ? [] : [{ label: field.label, choices }];
  });
}

/** The external_ids of what a draft of an `enum` or `set` holds. */
export function heldChoices(field: MetadataField, draft: string): string[] {
  if (field.type === "set") return readSet(draft);
  return draft === "" ? [] : [draft];
}

/** The external_ids of a set's draft. */
export function readSet(draft: string): string[] {
  return draft === "" ? [] : JSON.parse(draft) as string[];
}

/** A set's draft; empty for none. */
export function writeSet(ids: readonly string[]): string {
  return ids.length === 0 ? "" : JSON.stringify(ids);
}
