import { badRequest, Failure } from "../shapes/failure.ts";
import type { Parameters } from "../shapes/parameters.ts";

/** Add-ons by the parameter that asks for them; each is a subscription of its own, which this account has not. */
const ADD_ONS: Readonly<Record<string, readonly string[]>> = {
  raw_convert: ["aspose", "google_speech", "extract_text", "azure_video_indexer"],
  categorization: ["google_tagging", "imagga_tagging", "aws_rek_tagging", "google_video_tagging"],
  detection: ["adv_face", "aws_rek_face", "captioning", "lvis", "coco", "openimages", "unidet"],
  ocr: ["adv_ocr"],
  background_removal: ["cloudinary_ai", "pixelz", "fine_edges"],
};

/** How an upload words the refusal of a value that no add-on has; an update says `Illegal value`. */
const UPLOAD_WORDS: Readonly<Record<string, (value: string) => string>> = {
  raw_convert: () => "Raw convert is invalid",
  categorization: (value) => `Categorization item ${value} is not valid`,
  detection: (value) => `Detection invalid model '${value}'`,
  ocr: (value) => `Ocr ${value} is invalid`,
  background_removal: (value) => `Background removal ${value} is invalid`,
};

/**
 * Refuses what only add-ons do: analysing content is out of the emulator's scope.
 *
 * @throws Failure 400 for a value that no add-on has, 420 for one of an add-on
 */
export function refuseAnalysis(parameters: Parameters, call: "upload" | "update"): void {
  for (const [parameter, values] of Object.entries(ADD_ONS)) {
    const value = parameters.text(parameter);
    if (value === undefined || value === "") continue;
    if (!values.includes(value.split(":")[0]!)) {
      const words = call === "upload" ? UPLOAD_WORDS[parameter]?.(value) : undefined;
      throw badRequest(words ?? `Illegal value ${value} for ${parameter}`);
    }
    throw new Failure(420, `You don't have an active subscription for ${parameter} ${value}`);
  }
}
