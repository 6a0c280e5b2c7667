/** The round trips: a change on either side, and how long it takes to the other. */
import type { DemoContext, StepResult } from "./step.ts";
import { DemoError } from "./step.ts";
import { postImage, readHere, readThere, type TwoSides, until } from "./two-sides.ts";

type RoundTrip = (context: DemoContext, sides: TwoSides) => Promise<StepResult>;

/** All of them, in the order in which they are shown. */
export const roundTrips: readonly RoundTrip[] = [
  uploadThere,
  uploadHere,
  retagThere,
  deleteHere,
  editBothSides,
];

/** Someone uploads in Cloudinary's console; the row is here. */
async function uploadThere(context: DemoContext, sides: TwoSides): Promise<StepResult> {
  const signed = await sides.there.signUpload(
    { public_id: "demo/uploaded-there", tags: ["there"] },
    Math.floor(Date.now() / 1_000),
    "image",
  );
  const uploaded = await postImage(signed.uploadUrl, signed.fields);
  const begun = context.now();
  const row = await until(
    context,
    "an asset uploaded in Cloudinary has no row here",
    () => readHere(sides, uploaded.asset_id),
  );
  return result(context, "upload there", begun, row.tags.includes("there"), "its row is here");
}

/** An app's user uploads through this project; the file goes straight to Cloudinary. */
async function uploadHere(context: DemoContext, sides: TwoSides): Promise<StepResult> {
  const begun = context.now();
  const signed = await invoke<{ upload_url: string; fields: Record<string, string> }>(
    sides,
    "media-list/uploads",
    { public_id: "demo/uploaded-here", tags: ["here"] },
  );
  const uploaded = await postImage(signed.upload_url, signed.fields);
  const { item } = await invoke<{ item: { tags: string[] } }>(
    sides,
    "media-list/uploads/confirm",
    uploaded,
  );
  const there = await readThere(sides, uploaded.asset_id);
  const holds = item.tags.includes("here") && there !== null;
  return result(context, "upload here", begun, holds, "its file is there, its row here");
}

/** Someone changes tags in Cloudinary's console. */
async function retagThere(context: DemoContext, sides: TwoSides): Promise<StepResult> {
  const asset = await anyAsset(sides, 0);
  await sides.there.addTag({ ...groupOf(asset), tags: ["retagged-there"] });
  const begun = context.now();
  await until(
    context,
    "a tag added in Cloudinary is missing here",
    async () => (await readHere(sides, asset.asset_id))?.tags.includes("retagged-there"),
  );
  return result(context, "retag there", begun, true, "the tag is here");
}

/** An editor deletes through supabase-js. */
async function deleteHere(context: DemoContext, sides: TwoSides): Promise<StepResult> {
  const asset = await anyAsset(sides, 1);
  const begun = context.now();
  const { error } = await sides.here.rpc("soft_delete_media_asset", { p_id: asset.id });
  if (error) throw new DemoError(`the editor could not delete: ${error.message}`);
  await until(
    context,
    "an asset deleted here is still in Cloudinary",
    async () => await readThere(sides, asset.asset_id) === null,
  );
  return result(context, "delete here", begun, true, "it is gone there");
}

/** Both sides edit one asset before either hears of the other. */
async function editBothSides(context: DemoContext, sides: TwoSides): Promise<StepResult> {
  const asset = await anyAsset(sides, 2);
  const begun = context.now();
  await Promise.all([
    sides.there.addTag({ ...groupOf(asset), tags: ["edited-there"] }),
    sides.there.addContext({ ...groupOf(asset), context: { there: "yes" } }),
    sides.here.from("media_assets").update({
      tags: [...asset.tags, "edited-here"],
      context: { ...asset.context, here: "yes" },
    }).eq("id", asset.id).then(({ error }) => {
      if (error) throw new DemoError(`the editor could not edit: ${error.message}`);
    }),
  ]);
  await until(context, "edits of both sides at once did not merge", async () => {
    const both = await Promise.all([
      readHere(sides, asset.asset_id),
      readThere(sides, asset.asset_id),
    ]);
    return both.every((state) =>
      state?.tags.includes("edited-here") && state.tags.includes("edited-there") &&
      state.context.here === "yes" && state.context.there === "yes"
    );
  });
  return result(context, "edit both sides", begun, true, "both edits are on both sides");
}

interface Chosen {
  id: string;
  asset_id: string;
  public_id: string;
  resource_type: string;
  type: string;
  tags: string[];
  context: Record<string, string>;
}

/** One of the newest images, a different one for each round trip. */
async function anyAsset(sides: TwoSides, index: number): Promise<Chosen> {
  const { data, error } = await sides.here.from("media_assets")
    .select("id,asset_id,public_id,resource_type,type,tags,context")
    .eq("resource_type", "image").is("deleted_at", null).not("public_id", "like", "demo/%")
    .order("created_at", { ascending: false }).order("id").range(index, index);
  const asset = data?.[0];
  if (error || asset === undefined) {
    throw new DemoError(
      error?.message ?? "the library holds too few images; give --assets a larger number",
    );
  }
  return asset;
}

function groupOf(asset: Chosen): { resourceType: string; type: string; publicIds: string[] } {
  return { resourceType: asset.resource_type, type: asset.type, publicIds: [asset.public_id] };
}

async function invoke<Answer>(sides: TwoSides, name: string, body: object): Promise<Answer> {
  const { data, error } = await sides.here.functions.invoke(name, {
    body: body as Record<string, unknown>,
  });
  if (error) throw new DemoError(`${name} refused: ${error.message}`);
  return data as Answer;
}

function result(
  context: DemoContext,
  name: string,
  begun: number,
  holds: boolean,
  message: string,
): StepResult {
  return { name, holds, duration_ms: Math.round(context.now() - begun), message };
}
