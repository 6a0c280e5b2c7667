/** One selectable value of an `enum` or `set` field. */
export interface DatasourceValue {
  readonly external_id: string;
  readonly value: string;
  readonly state: "active" | "inactive";
}

/** The types of structured metadata fields. */
export type MetadataFieldType = "string" | "integer" | "date" | "enum" | "set";

/** The definition of a structured metadata field, as `GET /metadata_fields` tells it. */
export interface MetadataField {
  readonly external_id: string;
  readonly type: MetadataFieldType;
  readonly label: string;
  readonly mandatory: boolean;
  readonly default_value: unknown;
  readonly validation: Readonly<Record<string, unknown>> | null;
  readonly datasource?: { readonly values: readonly DatasourceValue[] };
  readonly default_disabled: boolean;
  readonly restrictions: unknown;
}

/** The account's metadata definitions, in order of creation. */
export class MetadataFieldStore {
  readonly #fields = new Map<string, MetadataField>();

  /** The definition with an external id. */
  get(externalId: string): MetadataField | undefined {
    return this.#fields.get(externalId);
  }

  /** Adds or replaces a definition. */
  set(field: MetadataField): void {
    this.#fields.set(field.external_id, field);
  }

  /** Removes a definition; false when there was none. */
  remove(externalId: string): boolean {
    return this.#fields.delete(externalId);
  }

  /** Every definition. */
  list(): MetadataField[] {
    return [...this.#fields.values()];
  }

  /** Puts the definitions into another order. */
  reorder(compare: (left: MetadataField, right: MetadataField) => number): void {
    const sorted = this.list().sort(compare);
    this.#fields.clear();
    for (const field of sorted) this.#fields.set(field.external_id, field);
  }

  /** Forgets every definition. */
  clear(): void {
    this.#fields.clear();
  }
}
