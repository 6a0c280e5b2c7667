/** One selectable value of an `enum` or `set` field. */
export interface DatasourceValue {
  readonly external_id: string;
  readonly value: string;
  readonly state: "active" | "inactive";
}

/** The types of structured metadata fields. */
export type MetadataFieldType = "string" | "integer" | "date" | "enum" | "set";

/** The definition of a structured metadata field. */
export interface MetadataField {
  readonly external_id: string;
  readonly type: MetadataFieldType;
  readonly label: string;
  readonly mandatory: boolean;
  readonly default_value: unknown;
  readonly validation: Readonly<Record<string, unknown>> | null;
  readonly datasource?: { readonly values: readonly DatasourceValue[] };
  /** Whether an asset's value may add to the choices. */
  readonly allow_dynamic_list_values?: boolean;
  readonly default_disabled: boolean;
  readonly restrictions: unknown;
}

/** The account's metadata definitions, in order of creation. */
export class MetadataFieldStore {
  readonly #fields = new Map<string, MetadataField>();
  /** External ids of removed definitions: they cannot be used again. */
  readonly #retired = new Set<string>();

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
    if (!this.#fields.delete(externalId)) return false;
    this.#retired.add(externalId);
    return true;
  }

  /** Tells whether an external id is or ever was a definition's. */
  isTaken(externalId: string): boolean {
    return this.#fields.has(externalId) || this.#retired.has(externalId);
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
    this.#retired.clear();
  }
}
