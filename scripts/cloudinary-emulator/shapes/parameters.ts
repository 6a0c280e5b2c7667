import { badRequest } from "./failure.ts";

/** An uploaded file of a multipart body. */
export interface UploadedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A parameter as it arrived: text from forms and queries, anything from JSON. */
export type ParameterValue = unknown;

const TRUE_WORDS = new Set(["true", "1", "yes"]);
const FALSE_WORDS = new Set(["false", "0", "no", ""]);
const HIDDEN = new Set(["signature", "api_key", "file"]);

/**
 * The parameters of one request, whatever way they came: query string, form, multipart or JSON.
 * Names lose their `[]`, and repeated names become lists, as Cloudinary reads them.
 */
export class Parameters {
  readonly #values = new Map<string, ParameterValue[]>();
  readonly #files = new Map<string, UploadedFile>();

  /** Adds one value; `name[]` is the same as `name`. */
  add(name: string, value: ParameterValue): void {
    const key = name.endsWith("[]") ? name.slice(0, -2) : name;
    const values = this.#values.get(key);
    if (values === undefined) this.#values.set(key, [value]);
    else values.push(value);
  }

  /** Adds an uploaded file. */
  addFile(name: string, file: UploadedFile): void {
    this.#files.set(name, file);
  }

  /** Tells whether a parameter was sent, even empty. */
  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** Names of the parameters that were sent. */
  names(): string[] {
    return [...this.#values.keys()];
  }

  /** The last value as it arrived. */
  raw(name: string): ParameterValue {
    return this.#values.get(name)?.at(-1);
  }

  /** Every value as it arrived, JSON arrays flattened by one level. */
  all(name: string): ParameterValue[] {
    return (this.#values.get(name) ?? []).flatMap((value) =>
      Array.isArray(value) ? value : [value]
    );
  }

  /** An uploaded file. */
  file(name: string): UploadedFile | undefined {
    return this.#files.get(name);
  }

  /**
   * The text of a parameter, undefined when it was not sent.
   *
   * @throws Failure 400 when it is not a scalar
   */
  text(name: string): string | undefined {
    const value = this.raw(name);
    if (value === undefined || value === null) return undefined;
    if (typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    throw badRequest(`Invalid value for parameter ${name}`);
  }

  /**
   * The text of a parameter that must be there and not empty.
   *
   * @throws Failure 400 when it is missing
   */
  requiredText(name: string): string {
    const text = this.text(name);
    if (text === undefined || text === "") {
      throw badRequest(`Missing required parameter - ${name}`);
    }
    return text;
  }

  /** A list of texts: `x[]=a&x[]=b`, `x=a&x=b` or a JSON array. Commas are part of the value. */
  texts(name: string): string[] {
    return this.all(name).filter((value) => value !== null).map((value) => {
      if (typeof value === "object") throw badRequest(`Invalid value for parameter ${name}`);
      return String(value);
    });
  }

  /**
   * Ids, of which there must be one.
   *
   * @throws Failure 400 when there is none or more than `maximum`
   */
  ids(name: string, maximum: number): string[] {
    const ids = this.texts(name);
    if (ids.length === 0) throw badRequest(`Missing required parameter - ${name}`);
    if (ids.length > maximum) {
      throw badRequest(`Too many ${name}: ${ids.length}, at most ${maximum}`);
    }
    return ids;
  }

  /** A comma-separated list, or any of the forms of `texts`. */
  commaList(name: string): string[] {
    return this.texts(name).flatMap((text) => text.split(","))
      .map((text) => text.trim()).filter((text) => text !== "");
  }

  /**
   * A truth value: `true`/`false`, `1`/`0`.
   *
   * @throws Failure 400 for any other text
   */
  flag(name: string, otherwise = false): boolean {
    const text = this.text(name);
    if (text === undefined) return otherwise;
    if (TRUE_WORDS.has(text)) return true;
    if (FALSE_WORDS.has(text)) return false;
    throw badRequest(`Invalid value for boolean parameter ${name}: ${text}`);
  }

  /**
   * A positive integer, capped.
   *
   * @throws Failure 400 when it is no positive integer
   */
  count(name: string, otherwise: number, maximum: number): number {
    const text = this.text(name);
    if (text === undefined || text === "") return otherwise;
    if (!/^\d{1,9}$/.test(text) || Number(text) < 1) {
      throw badRequest(`Invalid value for ${name}: ${text}`);
    }
    return Math.min(Number(text), maximum);
  }

  /** The parameters for the call log: no credential, no signature, long texts cut. */
  summary(): Record<string, unknown> {
    const shown = [...this.#values].filter(([name]) => !HIDDEN.has(name)).map(([name, values]) => {
      const value = values.length === 1 ? values[0] : values;
      const isLong = typeof value === "string" && value.length > 500;
      return [name, isLong ? value.slice(0, 500) : value] as const;
    });
    const files = [...this.#files].map(([name, file]) =>
      [name, `${file.bytes.length} bytes`] as const
    );
    // Not by assignment: a parameter may be called __proto__.
    return Object.fromEntries([...shown, ...files]);
  }
}
