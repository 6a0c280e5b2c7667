/** What people do through the functions, over HTTP. */
import { runAs, type Watch } from "../engine/activity.ts";
import { differing, type Row, unitsOf } from "../model/units.ts";
import type { Simulation } from "../simulation.ts";
import type { Project } from "../world/network.ts";
import { imageOf } from "./library-calls.ts";
import type { Act } from "./plan.ts";
import { asEditor, rowOf } from "./statements.ts";

/** `PATCH media-list/<id>`: what it changed is seen right after the call that changes rows. */
export async function patch(
  simulation: Simulation,
  project: Project,
  act: Act,
  row: Row,
  change: Record<string, unknown>,
  asset: string | null,
): Promise<void> {
  let before = row;
  const watch = asset === null ? undefined : {
    before: async () => {
      before = await rowOf(project, asset) ?? before;
    },
    after: async ({ path }: { path: string }) => {
      // What the function merges afterwards is nobody's edit. Sent again after a lost answer, it is done again: what
      // somebody else did meanwhile came before it.
      if (!path.endsWith("/edit_media_assets")) return;
      const after = await rowOf(project, asset);
      if (!after) return;
      const [from, to] = [unitsOf(before, simulation.fixed), unitsOf(after, simulation.fixed)];
      if (differing(from, to).length === 0) return;
      simulation.model.edited(act.id, `here ${project.name}`, asset, from, to);
      if (simulation.edits.has(act.id)) return;
      simulation.edits.set(act.id, { asset, before: from, after: to });
    },
  };
  const answer = await callFunction(
    simulation,
    project,
    act,
    "media-list",
    "PATCH",
    `/${row.id}`,
    change,
    watch,
  );
  const stored = simulation.edits.has(act.id);
  if (asset !== null && stored && answer.status >= 400 && answer.activity.faults.database === 0) {
    simulation.complain({
      invariant: 9,
      asset: simulation.nameOf(asset),
      text: `act ${act.id}: PATCH answered ${answer.status} for an edit that it stored`,
    });
  }
}

/** One request of a person to a function. */
export async function callFunction(
  simulation: Simulation,
  project: Project,
  act: Act,
  name: string,
  method: string,
  path: string,
  body: unknown,
  watch?: Watch,
) {
  const isEditor = name === "media-list";
  const request = new Request(`${project.url}/functions/v1/${name}${path}`, {
    method,
    headers: {
      apikey: isEditor ? simulation.publishableKey : simulation.secretKey,
      ...(isEditor ? { authorization: `Bearer ${project.database.editorToken}` } : {}),
      "content-type": "application/json",
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const call = simulation.network.invoke(
    project,
    name,
    request,
    `act ${act.id} ${path} ${JSON.stringify(body) ?? ""}`,
    watch,
  );
  const { response, activity } = await call;
  return { status: response.status, body: await response.text(), activity };
}

/** Deletes or restores an asset. */
export async function existHere(
  simulation: Simulation,
  project: Project,
  act: Act,
  what: "delete" | "restore",
  asset: string,
  by: "sql" | "http",
): Promise<void> {
  const row = await rowOf(project, asset);
  if (!row) return;
  const side = `here ${project.name}` as const;
  if (by === "sql") {
    const name = what === "delete" ? "soft_delete_media_asset" : "restore_media_asset";
    const answer = await asEditor(simulation, project, "POST", `rpc/${name}`, { p_id: row.id });
    // Restoring what is live, deleting what is not, asks for nothing.
    if (answer.startsWith("200") && !/"(live|already_deleted)"/.test(answer)) {
      simulation.model.existenceChanged(
        act.id,
        side,
        asset,
        what === "delete" ? "deleted" : "restored",
      );
    }
    simulation.trace.add(
      `act ${act.id}`,
      `${side}: ${what} ${simulation.nameOf(asset)} → ${answer}`,
    );
    await simulation.network.sendQueued(project);
    return;
  }
  const isDelete = what === "delete";
  void (async () => {
    const { status, body } = await callFunction(
      simulation,
      project,
      act,
      "media-list",
      isDelete ? "DELETE" : "POST",
      isDelete ? "" : `/${row.id}/restore`,
      isDelete ? { ids: [row.id] } : undefined,
      {
        before: () => Promise.resolve(),
        // The wish counts from the moment at which it is stored, whatever becomes of the answer.
        after: ({ path, answer }) => {
          if (isWish(path, answer)) {
            simulation.model.existenceChanged(
              act.id,
              side,
              asset,
              isDelete ? "deleted" : "restored",
            );
          }
          return Promise.resolve();
        },
      },
    );
    const said = JSON.parse(body || "{}");
    const accepted = isDelete
      ? status === 200 && [...said.deleted ?? [], ...said.pending ?? []].length > 0
      : status === 200;
    if (!accepted) simulation.refused.push({ act: act.id, asset, what, answer: body });
  })();
}

/** Whether a database took a deletion or a restoring just now. Restoring what is live, deleting what is not, asks for nothing. */
function isWish(path: string, answer: string): boolean {
  if (path.endsWith("/rpc/soft_delete_media_assets")) return /"deleted"/.test(answer);
  return path.endsWith("/rpc/restore_media_asset") && /"(requested|restored)"/.test(answer);
}

/** Uploads through the browser, with fields that the function signed. */
export async function uploadHere(
  simulation: Simulation,
  project: Project,
  act: Act & { do: "upload" },
  content: string,
): Promise<void> {
  const { status, body } = await callFunction(
    simulation,
    project,
    act,
    "media-list",
    "POST",
    "/uploads",
    {
      public_id: act.public_id,
      ...(simulation.fixed ? {} : { folder: act.folder }),
      tags: act.change.tags,
      context: act.change.context,
    },
  );
  if (status !== 200) return;
  const { upload_url, fields } = JSON.parse(body);
  const form = new URLSearchParams(
    Object.entries(fields as Record<string, unknown>).map(([key, value]) => [key, String(value)]),
  );
  form.set("file", imageOf(content));
  const response = await runAs(
    simulation.network.activity("browser"),
    () => simulation.library.handle(new Request(upload_url, { method: "POST", body: form })),
  );
  const uploaded = await response.json();
  if (!response.ok) {
    return simulation.trace.add(`act ${act.id}`, `browser: upload → ${response.status}`);
  }
  simulation.assetIds.set(`u${act.id}`, uploaded.asset_id);
  simulation.observe({ act: act.id });
  simulation.trace.add(
    `act ${act.id}`,
    `browser: upload ${uploaded.public_id} → ${simulation.nameOf(uploaded.asset_id)}`,
  );
  await callFunction(simulation, project, act, "media-list", "POST", "/uploads/confirm", uploaded);
}
