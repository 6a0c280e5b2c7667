import { z } from "zod";
import { mediaItem } from "./media-item.ts";
import { success } from "./values.ts";

/** What the strict and the lenient form of a patch differ in. */
interface Values {
  tag: z.ZodType<string>;
  mostTags: number;
  contextKey: z.ZodType<string>;
  contextValue: z.ZodType<string>;
  metadataKey: z.ZodType<string>;
  displayName: z.ZodType<string>;
  folder: z.ZodType<string>;
  publicId: z.ZodType<string>;
}

/** What anything new must be like. */
const strict: Values = {
  tag: z.string().trim().min(1).max(255).regex(/^[^,]*$/, "must not contain a comma"),
  mostTags: 1_000,
  contextKey: z.string().min(1).max(255).regex(/^[^=|]*$/, "must not contain = or |"),
  contextValue: z.string().max(10_000),
  metadataKey: z.string().min(1).max(255),
  displayName: z.string().min(1).max(255).regex(/^[^/]*$/, "must not contain a slash"),
  folder: z.string().max(1_000),
  publicId: z.string().trim().min(1).max(255),
};

/** What may stand already, since it came from Cloudinary. The database, which knows that, refuses what is new. */
const lenient: Values = {
  tag: z.string(),
  mostTags: Infinity,
  contextKey: z.string(),
  contextValue: z.string(),
  metadataKey: z.string(),
  displayName: z.string().min(1),
  folder: z.string(),
  publicId: z.string().min(1),
};

function changesOf(values: Values) {
  const tags = z.array(values.tag).max(values.mostTags);
  return {
    tags: tags.optional().describe("All tags as they are wanted."),
    add_tags: tags.optional(),
    remove_tags: tags.optional(),
    context: z.record(values.contextKey, values.contextValue.nullable()).optional()
      .describe("Keys to set; null removes a key, others stay."),
    metadata: z.record(values.metadataKey, z.json()).optional()
      .describe("Structured metadata to set, by external_id; null removes a value, others stay."),
    display_name: values.displayName.optional(),
    folder: values.folder.optional().describe("Empty for the root."),
    resolve: z.enum(["cloudinary", "database"]).optional()
      .describe("Ends open conflicts: which side's values are kept."),
  };
}

function onePatchOf(values: Values) {
  return z.strictObject({
    ...changesOf(values),
    public_id: values.publicId.optional().describe("Renames."),
  })
    .superRefine(refinePatch);
}

function manyPatchOf(values: Values) {
  return z.strictObject({ ids: z.array(z.uuid()).min(1).max(1_000), ...changesOf(values) })
    .superRefine(refinePatch);
}

/** The body of `PATCH media-list/<id>`. */
export const mediaEdit = onePatchOf(strict).describe("An edit of one asset.");
/** The body of `PATCH media-list`. */
export const mediaEdits = manyPatchOf(strict).describe("The same edit of several assets.");
/** {@link mediaEdit} with whatever may stand already. */
export const lenientMediaEdit = onePatchOf(lenient);
/** {@link mediaEdits} with whatever may stand already. */
export const lenientMediaEdits = manyPatchOf(lenient);

export const mediaEditAnswer = z.strictObject({
  success,
  items: z.array(mediaItem).describe(
    "The assets as they are now; pushed to Cloudinary right after.",
  ),
}).describe("What was edited.");

/** The body of `PATCH media-list/<id>`. */
export type MediaEdit = z.infer<typeof mediaEdit>;
/** The body of `PATCH media-list`. */
export type MediaEdits = z.infer<typeof mediaEdits>;
/** What `PATCH media-list` and `PATCH media-list/<id>` answer. */
export type MediaEditAnswer = z.infer<typeof mediaEditAnswer>;

function refinePatch(patch: Record<string, unknown>, check: z.core.$RefinementCtx): void {
  const { ids: _ids, ...wanted } = patch;
  if (Object.keys(wanted).length === 0) {
    check.addIssue({
      code: "custom",
      path: [],
      message: "must name at least one change",
      input: patch,
    });
  }
  if (patch.tags !== undefined && (patch.add_tags ?? patch.remove_tags) !== undefined) {
    check.addIssue({
      code: "custom",
      path: ["tags"],
      message: "cannot be combined with add_tags or remove_tags",
      input: patch,
    });
  }
}
