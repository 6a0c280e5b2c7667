/** What people do in Cloudinary's console. */
import { runAs } from "../engine/activity.ts";
import { CLOUD_NAME, type Library, LIBRARY_URL, PEOPLE_KEY } from "../world/library.ts";
import type { Network } from "../world/network.ts";
import type { Change } from "./plan.ts";

/** The name that a ring of renames in Cloudinary passes through. */
export const WAYSIDE = "on-the-way";

/** A person at Cloudinary's console. */
export interface ConsolePerson {
  edit(assetId: string, change: Change): Promise<string>;
  rotate(assetIds: string[]): Promise<string>;
  destroy(assetId: string): Promise<string>;
  restore(assetId: string): Promise<string>;
  upload(publicId: string, folder: string, content: string, change: Change): Promise<Answer>;
  renameFolder(from: string, to: string): Promise<string>;
  defineField(name: string): Promise<void>;
}

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** Makes the person. What they do takes effect at once: it is one message of the run. */
export function createConsolePerson(
  library: Library,
  network: Network,
  fixed: boolean,
): ConsolePerson {
  const activity = network.activity("console");
  const call = (method: string, path: string, body?: unknown): Promise<Answer> =>
    runAs(activity, async () => {
      const response = await library.handle(
        new Request(`${LIBRARY_URL}/v1_1/${CLOUD_NAME}${path}`, {
          method,
          headers: {
            authorization: `Basic ${btoa(`${PEOPLE_KEY.key}:${PEOPLE_KEY.secret}`)}`,
            "content-type": "application/json",
            "x-emulator-source": "ui",
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      );
      return { status: response.status, body: await response.json() };
    });
  const said = ({ status, body }: Answer): string => {
    const error = (body.error as { message?: string } | undefined)?.message;
    return error === undefined ? String(status) : `${status} ${error}`;
  };
  const find = (assetId: string) => library.assets().get(assetId);
  const rename = (from: string, to: string) =>
    call("POST", "/image/rename", { from_public_id: from, to_public_id: to });

  return {
    edit: async (assetId, change) => {
      const asset = find(assetId);
      if (!asset) return "gone";
      const answers: string[] = [];
      const parameters: Record<string, unknown> = {};
      const tags = new Set(change.tags ?? asset.tags);
      for (const tag of change.add_tags ?? []) tags.add(tag);
      for (const tag of change.remove_tags ?? []) tags.delete(tag);
      if (change.tags || change.add_tags || change.remove_tags) {
        parameters.tags = [...tags].join(",");
      }
      if (change.context) {
        const context = new Map<string, string>(Object.entries(asset.context));
        for (const [key, value] of Object.entries(change.context)) {
          if (value === null) context.delete(key);
          else context.set(key, value);
        }
        const removed = Object.keys(asset.context).some((key) => !context.has(key));
        if (removed) {
          answers.push(said(
            await call("POST", "/image/context", {
              command: "remove_all",
              public_ids: [asset.public_id],
            }),
          ));
        }
        if (context.size > 0) parameters.context = pairs(context);
      }
      if (change.metadata) parameters.metadata = pairs(Object.entries(change.metadata));
      if (change.display_name !== undefined) parameters.display_name = change.display_name;
      if (change.folder !== undefined && !fixed) parameters.asset_folder = change.folder;
      if (Object.keys(parameters).length > 0) {
        answers.push(said(await call("POST", `/resources/${assetId}`, parameters)));
      }
      const leaf = asset.public_id.replace(/^.*\//, "");
      const name = change.public_id ??
        (fixed && change.folder !== undefined
          ? `${change.folder === "" ? "" : `${change.folder}/`}${leaf}`
          : undefined);
      if (name !== undefined && name !== asset.public_id) {
        answers.push(said(await rename(asset.public_id, name)));
      }
      return answers.join(", ") || "nothing to do";
    },
    rotate: async (assetIds) => {
      const assets = assetIds.map(find);
      if (assets.some((asset) => asset === undefined)) return "gone";
      const names = assets.map((asset) => asset!.public_id);
      const answers = [said(await rename(names[0]!, WAYSIDE))];
      // The last one's new name is the first one's old name, and so on backwards.
      for (let index = names.length - 1; index > 0; index--) {
        answers.push(said(await rename(names[index]!, names[(index + 1) % names.length]!)));
      }
      answers.push(said(await rename(WAYSIDE, names[1]!)));
      return answers.join(", ");
    },
    destroy: async (assetId) => {
      const asset = find(assetId);
      if (!asset) return "gone";
      return said(await call("POST", "/image/destroy", { public_id: asset.public_id }));
    },
    restore: async (assetId) => {
      const { status, body } = await call("POST", "/resources/restore", { asset_ids: [assetId] });
      return `${status} ${JSON.stringify(Object.values(body)[0]).slice(0, 80)}`;
    },
    upload: (publicId, folder, content, change) =>
      call("POST", "/image/upload", {
        file: imageOf(content),
        public_id: publicId,
        ...(fixed ? {} : { asset_folder: folder }),
        ...(change.tags ? { tags: change.tags.join(",") } : {}),
        ...(change.context ? { context: pairs(Object.entries(change.context)) } : {}),
      }),
    renameFolder: async (from, to) =>
      said(await call("PUT", `/folders/${from}`, { to_folder: to })),
    defineField: async (name) => {
      await call("POST", "/metadata_fields", { external_id: name, label: name, type: "string" });
    },
  };
}

/** A small image with its own content. */
export function imageOf(content: string): string {
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><!-- ${content} --></svg>`;
  return `data:image/svg+xml;base64,${btoa(svg)}`;
}

function pairs(values: Iterable<readonly [string, string | null]>): string {
  return [...values].map(([key, value]) => `${key}=${value ?? ""}`).join("|");
}
