import { inBatches } from "../../http/in-batches.ts";
import type { PushTask } from "../../media/types.ts";

/** Rows whose calls are made one by one and still leave within the look-up's freshness. */
const SINGLE = 100;
/** Rows that share a call, which serves so many at once. */
const ALIKE = 1_000;

/**
 * Parts of a claim that are looked up, planned and written together: few rows where each needs calls of its own, many
 * where they share them. Renames that wait for each other's names are never parted.
 */
export function slicesOf(tasks: PushTask[]): PushTask[][] {
  const slices: PushTask[][] = [];
  const alike = new Map<string, PushTask[]>();
  const renames: PushTask[] = [];
  for (const task of tasks) {
    if (task.difference.public_id !== undefined && task.action === "update") renames.push(task);
    else {push(
        alike,
        JSON.stringify([task.action, task.resource_type, task.type, task.difference]),
        task,
      );}
  }
  const small: PushTask[][] = ringsOf(renames);
  for (const group of alike.values()) {
    if (group.length > SINGLE) slices.push(...inBatches(group, ALIKE));
    else small.push(group);
  }
  let slice: PushTask[] = [];
  for (const group of small) {
    if (slice.length > 0 && slice.length + group.length > SINGLE) {
      slices.push(slice);
      slice = [];
    }
    slice = [...slice, ...group];
  }
  return slice.length === 0 ? slices : [...slices, slice];
}

/** Renames in groups that share no name, held or wanted. */
export function ringsOf<Task extends PushTask>(tasks: Task[]): Task[][] {
  const ringOfName = new Map<string, Task[]>();
  for (const task of tasks) {
    const names = [task.public_id, task.difference.public_id!].map((name) => placeOf(task, name));
    const rings = new Set(
      names.flatMap((name) => ringOfName.get(name) ?? []).map((one) =>
        ringOfName.get(placeOf(one, one.public_id))!
      ),
    );
    const ring = [...[...rings].flat(), task];
    for (const member of ring) {
      ringOfName.set(placeOf(member, member.public_id), ring);
      ringOfName.set(placeOf(member, member.difference.public_id!), ring);
    }
  }
  return [...new Set(ringOfName.values())];
}

/** A public_id is unique within its resource type and delivery type. */
export function placeOf(task: PushTask, publicId: string): string {
  return JSON.stringify([task.resource_type, task.type, publicId]);
}

function push<Key, Value>(groups: Map<Key, Value[]>, key: Key, value: Value): void {
  const group = groups.get(key);
  if (group) group.push(value);
  else groups.set(key, [value]);
}
