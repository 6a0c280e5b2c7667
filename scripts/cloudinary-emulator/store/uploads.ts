/** A named set of upload options. */
export interface UploadPreset {
  readonly name: string;
  readonly unsigned: boolean;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** The parts of a chunked upload received so far. */
export interface ChunkedUpload {
  readonly parts: Uint8Array[];
  /** Bytes received. */
  received: number;
}
