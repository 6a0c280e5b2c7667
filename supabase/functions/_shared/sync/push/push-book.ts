import { CloudinaryError } from "../../cloudinary/errors.ts";
import type { Observation } from "../../cloudinary/observation.ts";
import type { SyncSession } from "../sync-session.ts";
import type { Difference, PlannedTask, PushFailure, PushResult } from "../../media/types.ts";
import { findInexpressible, type Inexpressible } from "./inexpressible.ts";

/** A row on its way to Cloudinary: what is still to be sent, and what has become of the rest. */
export interface Entry {
  task: PlannedTask;
  /** Not sent yet. */
  rest: Difference;
  /** What cannot be said to Cloudinary at all. */
  inexpressible: Inexpressible | null;
  result: PushResult;
}

/** Errors after which the same request cannot have been carried out, nor will be. */
const REFUSALS: ReadonlySet<string> = new Set([
  ...["bad_request", "forbidden", "conflict", "not_found", "unauthorized"],
  ...["rate_limited", "quota_exceeded", "locked"],
]);
/** Errors that the same request will meet again, however often it is sent. */
const PERMANENT: ReadonlySet<string> = new Set(["bad_request", "forbidden"]);
/** Errors that are not the row's fault. */
const BLAMELESS: ReadonlySet<string> = new Set(["rate_limited", "quota_exceeded", "unauthorized"]);

/** Opens the book of a planned task. */
export function openEntry(task: PlannedTask): Entry {
  const inexpressible = findInexpressible(task);
  return {
    task,
    rest: inexpressible === null ? task.difference : without(task.difference, inexpressible.part),
    inexpressible,
    result: { id: task.id, action: task.action, attempt: task.attempt },
  };
}

/** Notes that a part is being sent: from now on it may arrive. */
export function send(entry: Entry, part: Difference): void {
  entry.rest = without(entry.rest, part);
}

/**
 * Notes that Cloudinary took a part.
 *
 * @param at The database's time at which the request began, where its answer shows the asset.
 */
export function land(entry: Entry, part: Difference, at?: string): void {
  (entry.result.landed ??= []).push({ difference: part, ...(at === undefined ? {} : { at }) });
}

/** Notes that a part that was sent did not arrive, or that nobody knows; the first reason stays. */
export function fail(entry: Entry, part: Difference, error: CloudinaryError): void {
  if (REFUSALS.has(error.code)) drop(entry, part);
  else if (isAnswered(error)) answer(entry, part);
  entry.result.error ??= failureOf(error);
}

/** Notes that what a part was about is done, well or badly: the next look-up shows which. */
export function answer(entry: Entry, part: Difference): void {
  (entry.result.answered ??= []).push(part);
}

/** Notes that a part cannot arrive. */
export function drop(entry: Entry, part: Difference): void {
  entry.result.dropped = combine(entry.result.dropped ?? {}, part);
}

/** Keeps the asset as an answer showed it. */
export function show(entry: Entry, observation: Observation, observedAt: string): void {
  (entry.result.answers ??= []).push({ ...observation, observed_at: observedAt });
}

/**
 * Notes that a part reached another asset, to which the name had been given after the look-up.
 *
 * @param observation The other asset, as the answer shows it.
 * @param observedAt The database's time at which the request began.
 */
export function misplace(
  entry: Entry,
  part: Difference,
  observation: Observation,
  observedAt: string,
): void {
  drop(entry, part);
  (entry.result.misplaced ??= []).push({
    asset_id: observation.asset_id,
    difference: part,
    at: observedAt,
  });
  show(entry, observation, observedAt);
  entry.result.error ??= landedElsewhere(entry);
}

/** The name was given to another asset after the look-up. */
export function landedElsewhere({ task }: Entry): PushFailure {
  return {
    code: "landed_elsewhere",
    message:
      `${task.public_id} is another asset's name by now; that one keeps it and what it had, and this one is looked up again.`,
    counts: false,
  };
}

/** Cloudinary skips ids that it does not know without an error; the next look-up tells what became of the asset. */
export const notReached: PushFailure = {
  code: "not_reached",
  message: "Cloudinary did not find the asset under its public_id; it is looked up again.",
};

/** Closes the book: what was not sent cannot arrive. */
export function closeEntry(entry: Entry): PushResult {
  if (entry.inexpressible !== null) {
    drop(entry, entry.inexpressible.part);
    entry.result.error ??= {
      code: "inexpressible",
      message: entry.inexpressible.message,
      permanent: true,
    };
  }
  if (Object.keys(entry.rest).length > 0) {
    drop(entry, entry.rest);
    if (entry.result.error === undefined) entry.result.again = true;
  }
  return entry.result;
}

/** What a failed call leaves of a deletion or a restore. */
export function afterFailure(
  error: CloudinaryError,
  { media }: SyncSession,
): Pick<PushResult, "existence_dropped" | "existence_at"> {
  if (REFUSALS.has(error.code)) return { existence_dropped: true };
  return isAnswered(error) ? { existence_at: media.clock.now() } : {};
}

/**
 * True when Cloudinary itself answered: what it did or did not do is done, and the next look-up shows it. A gateway that
 * gave up says nothing about what still runs behind it.
 */
export function isAnswered({ status }: CloudinaryError): boolean {
  return status !== null && status !== 502 && status !== 504;
}

/** A Cloudinary error as the row keeps it. */
export function failureOf(error: CloudinaryError): PushFailure {
  return {
    code: `cloudinary_${error.code}`,
    message: error.message,
    ...(PERMANENT.has(error.code) ? { permanent: true } : {}),
    ...(BLAMELESS.has(error.code) ? { counts: false } : {}),
    ...(error.retryAt ? { retry_at: error.retryAt.toISOString() } : {}),
  };
}

type Part = Record<string, unknown>;

/** Both parts; lists and objects inside tags, context and metadata are added up. */
function combine(one: Difference, other: Difference): Difference {
  const sum = (value: unknown, more: unknown): unknown =>
    Array.isArray(value) && Array.isArray(more)
      ? [...new Set([...value, ...more])]
      : isNested(value) && isNested(more)
      ? mapParts({ ...value, ...more }, (name) =>
        Object.hasOwn(value, name) && Object.hasOwn(more, name)
          ? sum(value[name], more[name])
          : value[name] ?? more[name])
      : more;
  return sum(one, other) as Difference;
}

/** The first without what the second names. */
function without(one: Difference, part: Difference): Difference {
  const rest = (value: unknown, taken: unknown): unknown => {
    if (Array.isArray(value) && Array.isArray(taken)) {
      const gone = new Set(taken);
      return emptyAsNothing(value.filter((item) => !gone.has(item)));
    }
    if (!isNested(value) || !isNested(taken)) return undefined;
    return emptyAsNothing(
      mapParts(
        value,
        (name) => Object.hasOwn(taken, name) ? rest(value[name], taken[name]) : value[name],
      ),
    );
  };
  return (rest(one, part) ?? {}) as Difference;
}

/** An object with other values; without what has become undefined. */
function mapParts(parts: Part, change: (name: string) => unknown): Part {
  return Object.fromEntries(
    Object.keys(parts).map((name) => [name, change(name)]).filter(([, value]) =>
      value !== undefined
    ),
  );
}

function emptyAsNothing<Value extends object>(value: Value): Value | undefined {
  return Object.keys(value).length === 0 ? undefined : value;
}

function isNested(value: unknown): value is Part {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
