import { newPublicId } from "../library/new-id.ts";
import { readDisplayName } from "../library/read-edits.ts";
import { badRequest } from "../shapes/failure.ts";
import type { Parameters } from "../shapes/parameters.ts";
import type { Behavior } from "../store/behavior.ts";
import { normalizeFolder, parentFolder } from "../store/folder-store.ts";
import type { Random } from "../store/random.ts";
import type { State } from "../store/state.ts";

/** Longest public_id, bytes of UTF-8. */
const MAXIMUM_PUBLIC_ID_BYTES = 255;

/** The names that an upload gives to its asset. */
export interface Naming {
  readonly public_id: string;
  /** Undefined: not asked for; an overwritten asset keeps its folder. */
  readonly asset_folder: string | undefined;
  readonly display_name: string | undefined;
  readonly original_filename: string;
  readonly original_extension: string | undefined;
}

/**
 * Chooses public_id, folder and display name of an upload from its parameters and the file's name.
 *
 * @param isRaw raw assets keep the extension in their public_id
 * @throws Failure 400 when a name is not allowed
 */
export function chooseNames(
  { behavior, random }: Pick<State, "behavior" | "random">,
  parameters: Parameters,
  filename: string,
  isRaw: boolean,
): Naming {
  // A name may come with the directories of the machine that it comes from.
  const override = parameters.text("filename_override") ??
    filename.slice(Math.max(filename.lastIndexOf("/"), filename.lastIndexOf("\\")) + 1);
  const dot = override.lastIndexOf(".");
  const stem = dot > 0 ? override.slice(0, dot) : override;
  const extension = dot > 0 ? override.slice(dot + 1) : undefined;
  const given = parameters.text("public_id");
  const leaf = given || chooseLeaf(random, parameters, stem, isRaw ? extension : undefined);
  const folder = normalizeFolder(parameters.text("folder") ?? "");
  const isFixed = behavior.folder_mode === "fixed";
  const assetFolder = isFixed ? undefined : parameters.text("asset_folder");
  const asset_folder = assetFolder !== undefined
    ? normalizeFolder(assetFolder)
    : folder !== "" && !isFixed
    ? folder
    : undefined;
  const usesFolder = parameters.flag("use_asset_folder_as_public_id_prefix");
  const prefixes = [
    usesFolder ? asset_folder ?? "" : folder,
    isFixed ? "" : parameters.text("public_id_prefix") ?? "",
  ];
  const public_id = keptPublicId(
    behavior,
    [...prefixes, leaf].filter((part) => part !== "").join("/"),
  );
  checkPublicId(public_id);
  const displayName = parameters.text("display_name");
  const displayed = displayName !== undefined
    ? readDisplayName(displayName)
    : parameters.flag("use_filename_as_display_name")
    ? stem
    : undefined;
  return {
    public_id,
    asset_folder: isFixed ? parentFolder(public_id) : asset_folder,
    display_name: displayed,
    original_filename: stem === "" ? "file" : stem,
    original_extension: extension,
  };
}

/**
 * Checks a public_id.
 *
 * @throws Failure 400 when it is empty, too long, or begins or ends with a space or a slash
 */
export function checkPublicId(publicId: string): void {
  const bytes = new TextEncoder().encode(publicId).length;
  if (publicId === "" || /^[\s/]|[\s/]$/.test(publicId)) {
    throw badRequest(`public_id (${publicId}) is invalid`);
  }
  if (bytes > MAXIMUM_PUBLIC_ID_BYTES) {
    throw badRequest(`public_id is too long: ${bytes} bytes, at most ${MAXIMUM_PUBLIC_ID_BYTES}`);
  }
}

/** A public_id in the form in which the account keeps it. */
export function keptPublicId({ public_id_unicode }: Behavior, publicId: string): string {
  return public_id_unicode === "nfc" ? publicId.normalize("NFC") : publicId;
}

function chooseLeaf(
  random: Random,
  parameters: Parameters,
  stem: string,
  extension: string | undefined,
): string {
  const suffix = extension === undefined ? "" : `.${extension}`;
  if (!parameters.flag("use_filename") || stem === "") return newPublicId(random) + suffix;
  const isUnique = parameters.flag("unique_filename", true);
  const clean = stem.trim().replace(/[\s/]+/g, "_");
  return (isUnique ? `${clean}_${newPublicId(random).slice(0, 6)}` : clean) + suffix;
}
