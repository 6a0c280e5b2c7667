import { z } from "zod";
import { mediaItem } from "./media-item.ts";
import { success } from "./values.ts";

/** The body of `POST media-list/uploads`. */
export const uploadRequest = z.strictObject({
  folder: z.string().max(1_000).transform((value) => value.replace(/^\/+|\/+$/g, "")).optional(),
  filename: z.string().min(1).max(255).optional().describe("Name of the file, for people."),
  // What Cloudinary refuses in a name, and the quote, which its search cannot ask for.
  public_id: z.string().min(1).max(255)
    .regex(/^[^?&#\\%<>"]*$/, 'must not contain ? & # \\ % < > or "')
    .regex(/^[^\s/](.*[^\s/])?$/s, "must not begin or end with a slash or space").optional()
    .describe("The wished name; one that nobody can guess when it is absent."),
  overwrite: z.boolean().default(false).describe("Replaces the asset of that name."),
  force: z.boolean().default(false).describe("With overwrite: although it is in use."),
  tags: z.array(z.string().trim().min(1).max(255).regex(/^[^,]*$/, "must not contain a comma")).max(
    1_000,
  )
    .optional(),
  context: z.record(z.string().min(1), z.string()).optional(),
  resource_type: z.enum(["auto", "image", "video", "raw"]).default("auto"),
  eager: z.string().min(1).max(2_000).optional().describe("Transformations to make at once."),
}).describe("What a browser is to upload.");

export const signedUploadAnswer = z.strictObject({
  success,
  upload_url: z.string().describe("Where the form is posted to."),
  fields: z.record(z.string(), z.string()).describe("Fields of the form, next to its `file`."),
}).describe("Signed fields; they serve for a quarter of an hour.");

/** Cloudinary's upload response; only what is checked here is used, the rest may be anything. */
export const uploadConfirmation = z.object({
  asset_id: z.string().min(1).max(100),
  public_id: z.string().min(1).max(1_000),
  version: z.union([z.number().min(0), z.string().regex(/^\d+$/)]),
  signature: z.string().regex(
    /^[0-9a-f]{40}([0-9a-f]{24})?$/,
    "must be a hexadecimal SHA-1 or SHA-256",
  ),
}).describe("Cloudinary's answer to the upload, as it came; only these fields of it are used.");

export const uploadConfirmationAnswer = z.strictObject({ success, item: mediaItem })
  .describe("The upload as the library has it now.");

/** The body of `POST media-list/uploads` as a client sends it. */
export type UploadRequest = z.input<typeof uploadRequest>;
/** What `POST media-list/uploads` answers. */
export type SignedUploadAnswer = z.infer<typeof signedUploadAnswer>;
/** What `POST media-list/uploads/confirm` needs of Cloudinary's answer. */
export type UploadConfirmation = z.infer<typeof uploadConfirmation>;
/** What `POST media-list/uploads/confirm` answers. */
export type UploadConfirmationAnswer = z.infer<typeof uploadConfirmationAnswer>;
