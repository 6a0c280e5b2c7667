/** Does the deeds of a plan, and tells the model what each changed. */
import type { Act, Change } from "./plan.ts";
import type { Simulation } from "../simulation.ts";
import { differing } from "../model/units.ts";
import { callFunction, existHere, patch, uploadHere } from "./call-functions.ts";
import { editHere, rotateHere, rowOf } from "./statements.ts";

/** Does one act. Resolves when its first effect is done; an act over HTTP goes on as messages of its own. */
export async function perform(simulation: Simulation, act: Act): Promise<void> {
  const project = simulation.projects[act.project % simulation.projects.length]!;
  const person = `act ${act.id}`;
  const say = (text: string) => simulation.trace.add(person, text);
  const side = `here ${project.name}` as const;
  switch (act.do) {
    case "edit":
    case "undo": {
      const change = act.do === "edit" ? act.change : undoing(simulation, act.of);
      const asset = act.do === "edit"
        ? simulation.assetIds.get(act.asset)
        : simulation.edits.get(act.of)?.asset;
      if (change === null || asset === undefined) return;
      if (act.side === "there") {
        const before = simulation.unitsThere(asset);
        const answer = await simulation.console.edit(asset, change);
        simulation.observe({ act: act.id });
        const after = simulation.unitsThere(asset);
        if (before && after) simulation.edits.set(act.id, { asset, before, after });
        return say(
          `there: ${act.do} ${simulation.nameOf(asset)} ${JSON.stringify(change)} → ${answer}`,
        );
      }
      return await editHere(simulation, project, act, asset, change, act.by);
    }
    case "rotate": {
      const assets = act.assets.map((key) => simulation.assetIds.get(key));
      if (assets.includes(undefined)) return;
      if (act.side === "there") {
        const answer = await simulation.console.rotate(assets as string[]);
        simulation.observe({ act: act.id });
        return say(`there: rotate ${act.assets} → ${answer}`);
      }
      return await rotateHere(simulation, project, act, assets as string[]);
    }
    case "delete":
    case "restore": {
      const asset = simulation.assetIds.get(act.asset);
      if (asset === undefined) return;
      if (act.side === "there") {
        const answer = await simulation.console[act.do === "delete" ? "destroy" : "restore"](asset);
        simulation.observe({ act: act.id });
        return say(`there: ${act.do} ${simulation.nameOf(asset)} → ${answer}`);
      }
      return await existHere(simulation, project, act, act.do, asset, act.by);
    }
    case "upload": {
      const content = `upload ${act.id}`;
      if (act.side === "here") {
        return await uploadHere(simulation, project, act, content);
      }
      const { status, body } = await simulation.console.upload(
        act.public_id,
        act.folder,
        content,
        act.change,
      );
      simulation.assetIds.set(`u${act.id}`, String(body.asset_id));
      simulation.observe({ act: act.id });
      return say(
        `there: upload ${act.public_id} → ${status} ${simulation.nameOf(String(body.asset_id))}`,
      );
    }
    case "overwrite": {
      const asset = simulation.assetIds.get(act.asset);
      const present = asset === undefined ? undefined : simulation.library.assets().get(asset);
      if (!present) return;
      const { status } = await simulation.console.upload(
        present.public_id,
        present.asset_folder,
        `overwrite ${act.id}`,
        { context: { alt: `alt ${act.id}` } },
      );
      simulation.observe({ act: act.id });
      return say(`there: overwrite ${simulation.nameOf(present.asset_id)} → ${status}`);
    }
    case "rename_folder": {
      const answer = await simulation.console.renameFolder(act.from, act.to);
      simulation.observe({ act: act.id });
      return say(`there: rename folder ${act.from} to ${act.to} → ${answer}`);
    }
    case "policy":
      await project.database.query("update media_sync.settings set conflict_policy = $1", [
        act.policy,
      ]);
      return say(`${side}: policy ${act.policy}`);
    case "scope":
      await project.database.query("update media_sync.settings set include_folders = $1", [
        act.folders,
      ]);
      await simulation.network.sendQueued(project);
      return say(`${side}: include_folders {${act.folders}}`);
    case "sync":
      return void callFunction(simulation, project, act, "sync", "POST", "", act.body);
    case "resolve": {
      const row = await rowOf(project, simulation.assetIds.get(act.asset));
      if (!row || row.sync_status !== "conflict") return;
      return void patch(simulation, project, act, row, { resolve: act.keep }, null);
    }
    case "fault":
      await simulation.library.control("PUT /faults", act.faults);
      return say(`faults ${JSON.stringify(act.faults)}`);
    case "meet":
      simulation.encounters.add(act.encounter);
      return say(`the next messages meet ${JSON.stringify(act.encounter)}`);
  }
}

/** The change that brings the units of an earlier edit back to what they were before it. */
function undoing(simulation: Simulation, of: number): Change | null {
  const edit = simulation.edits.get(of);
  if (!edit) return null;
  const change: Change = {};
  for (const [unit, from] of differing(edit.before, edit.after)) {
    const dot = unit.indexOf(".");
    const [field, key] = dot < 0 ? [unit, ""] : [unit.slice(0, dot), unit.slice(dot + 1)];
    if (field === "tags") {
      const list = from === true ? "add_tags" : "remove_tags";
      change[list] = [...change[list] ?? [], key];
    } else if (field === "context" || field === "metadata") {
      change[field] = { ...change[field], [key]: (from ?? null) as string | null };
    } else if (typeof from === "string") {
      change[field as "public_id"] = from;
    }
  }
  return Object.keys(change).length > 0 ? change : null;
}
