import {
  mediaDeletion,
  mediaDeletionAnswer,
  mediaDeletionQuery,
  MOST_ASSETS,
  restoreAnswer,
} from "../deletions.ts";
import { mediaEdit, mediaEditAnswer, mediaEdits } from "../edits.ts";
import { mediaItemAnswer } from "../media-item.ts";
import { mediaListAnswer, mediaListQuery } from "../media-list.ts";
import { metadataFieldsAnswer } from "../metadata-fields.ts";
import {
  signedUploadAnswer,
  uploadConfirmation,
  uploadConfirmationAnswer,
  uploadRequest,
} from "../uploads.ts";
import { idParameter, type Operation } from "./operation.ts";

const CONDITIONAL =
  "Carries a weak `ETag`; sent back as `If-None-Match` it is answered with 304 while nothing has changed.";

/** The operations of `media-list`. */
export const mediaListOperations: readonly Operation[] = [
  {
    id: "listMedia",
    method: "GET",
    path: "/media-list",
    tag: "Library",
    summary: "A page of the library",
    description: "Shows as much as the caller may see: with a publishable key the live assets of " +
      "public collections, to viewers all live assets, to editors the trash as well. " +
      CONDITIONAL,
    access: "anyone",
    query: mediaListQuery,
    answers: { 200: { description: "The page.", schema: mediaListAnswer } },
    errors: [],
  },
  {
    id: "editMedia",
    method: "PATCH",
    path: "/media-list",
    tag: "Library",
    summary: "Edits up to 1,000 assets alike",
    access: "editor",
    body: { schema: mediaEdits, required: true },
    answers: { 200: { description: "The assets that were edited.", schema: mediaEditAnswer } },
    errors: [404, 409, 413, 415],
  },
  {
    id: "deleteMedia",
    method: "DELETE",
    path: "/media-list",
    tag: "Library",
    summary: "Deletes up to 1,000 assets on both sides",
    description:
      "The assets are named in the query or in the body. They are deleted here at once, " +
      "and in Cloudinary at once or, where it cannot be reached, later.",
    access: "editor",
    query: mediaDeletionQuery,
    parameters: [{
      name: "public_ids",
      in: "query",
      description: "Repeated, each is a name as it stands; given once, a list by commas.",
      schema: {
        type: "array",
        items: { type: "string", minLength: 1, maxLength: 1_000 },
        minItems: 1,
        maxItems: MOST_ASSETS,
      },
      style: "form",
      explode: true,
    }],
    body: { schema: mediaDeletion, required: false },
    answers: { 200: { description: "What became of each.", schema: mediaDeletionAnswer } },
    errors: [413, 415, 502],
  },
  {
    id: "signUpload",
    method: "POST",
    path: "/media-list/uploads",
    tag: "Library",
    summary: "Signed fields for an upload straight to Cloudinary",
    access: "editor",
    body: { schema: uploadRequest, required: false },
    answers: { 200: { description: "Where to post, and what.", schema: signedUploadAnswer } },
    errors: [409, 413, 415, 502],
  },
  {
    id: "confirmUpload",
    method: "POST",
    path: "/media-list/uploads/confirm",
    tag: "Library",
    summary: "Puts the row of an upload in the database at once",
    description:
      "Without it the notification or the next tick does. The signature in Cloudinary's answer is " +
      "checked.",
    access: "editor",
    body: { schema: uploadConfirmation, required: true },
    answers: { 200: { description: "The asset.", schema: uploadConfirmationAnswer } },
    errors: [404, 409, 413, 415, 502],
  },
  {
    id: "listMetadataFields",
    method: "GET",
    path: "/media-list/metadata-fields",
    tag: "Library",
    summary: "The account's fields of structured metadata",
    description: "As Cloudinary defines them, at most five minutes old.",
    access: "editor",
    answers: { 200: { description: "The fields.", schema: metadataFieldsAnswer } },
    errors: [502],
  },
  {
    id: "getMediaItem",
    method: "GET",
    path: "/media-list/{id}",
    tag: "Library",
    summary: "One asset with where it is used, its collections and its history",
    description: CONDITIONAL,
    access: "anyone",
    parameters: [idParameter],
    answers: { 200: { description: "The asset.", schema: mediaItemAnswer } },
    errors: [404],
  },
  {
    id: "editMediaItem",
    method: "PATCH",
    path: "/media-list/{id}",
    tag: "Library",
    summary: "Edits one asset",
    access: "editor",
    parameters: [idParameter],
    body: { schema: mediaEdit, required: true },
    answers: { 200: { description: "The asset as it is now.", schema: mediaEditAnswer } },
    errors: [404, 409, 413, 415],
  },
  {
    id: "restoreMediaItem",
    method: "POST",
    path: "/media-list/{id}/restore",
    tag: "Library",
    summary: "Undoes a deletion",
    description: "From Cloudinary's backup, where it has let go of the asset already.",
    access: "editor",
    parameters: [idParameter],
    answers: { 200: { description: "What became of it.", schema: restoreAnswer } },
    errors: [404, 409, 502],
  },
];
