/** Who is at work: carried along every promise and timer that the work starts. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Random } from "../../../support/random.ts";

/** One piece of work: a call of a function, a person's act, a delivery of Cloudinary's. */
export interface Activity {
  /** Such as `sync#12`. */
  readonly name: string;
  readonly random: Random;
  /** The environment that the work sees; the process's own where it has none. */
  readonly environment: Readonly<Record<string, string>> | null;
  /** False once it was killed: nothing of it is delivered any more. */
  alive: boolean;
  /** Faults that it met, by the party that failed. */
  readonly faults: { cloudinary: number; database: number };
  /** Its calls that had their effect and whose answers were lost. */
  readonly unanswered: string[];
  /** Called around each of its calls to a database. */
  watch?: Watch | undefined;
}

/** Looks at a database just before and just after a call of an activity's. */
export interface Watch {
  before(): Promise<void>;
  /** @param call The path of what was called, and the body of the answer that the database gave. */
  after(call: { path: string; answer: string }): Promise<void>;
}

const store = new AsyncLocalStorage<Activity>();

/** Runs `work` as the given activity. */
export function runAs<Result>(activity: Activity, work: () => Result): Result {
  return store.run(activity, work);
}

/** The activity that runs now. */
export function currentActivity(): Activity | undefined {
  return store.getStore();
}
