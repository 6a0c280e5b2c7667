import { badRequest, Failure } from "../http/failure.ts";
import type { Parameters } from "../http/parameters.ts";

/** Add-ons by the parameter that asks for them; each is a subscription of its own, which this account has not. */
const ADD_ONS: Readonly<Record<string, readonly string[]>> = {
  raw_convert: ["aspose", "google_speech", "extract_text", "azure_video_indexer"],
  categorization: ["google_tagging", "imagga_tagging", "aws_rek_tagging", "google_video_tagging"],
  detection: ["adv_face", "aws_rek_face", "captioning", "lvis", "coco", "openimages", "unidet"],
  ocr: ["adv_ocr"],
  background_removal: ["cloudinary_ai", "pixelz", "fine_edges"],
  visual_search: [],
};

/**
 * Refuses what only add-ons do: analysing content is out of the emulator's scope.
 *
 * @throws Failure 400 for a value that no add-on has, 420 for one of an add-on
 */
export function refuseAnalysis(parameters: Parameters): void {
  for (const [parameter, values] of Object.entries(ADD_ONS)) {
    const value = parameters.text(parameter);
    if (value === undefined || value === "" || value === "false") continue;
    const addOn = value.split(":")[0]!;
    if (parameter !== "visual_search" && !values.includes(addOn)) {
      throw badRequest(`Illegal value ${value} for ${parameter}`);
    }
    throw new Failure(420, `You don't have an active subscription for ${parameter} ${value}`);
  }
}
