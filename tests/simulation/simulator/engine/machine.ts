/**
 * The machine that everything in the simulator runs on: its clock, timers and chance are the run's own. Import it
 * before anything else, because modules keep what they find while they are loaded.
 *
 * The clock always is the run's. Timers and the network are the process's until `virtual.on`, since the
 * database needs real ones to start.
 */
import { type Activity, currentActivity, runAs } from "./activity.ts";
import { createRandom, type Random } from "../../../support/random.ts";

/** The moment at which every run begins, ms since the epoch. */
export const EPOCH = Date.UTC(2026, 0, 5, 9, 0, 0);

const real = {
  Date,
  performanceNow: performance.now.bind(performance),
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
  setImmediate: globalThis.setImmediate,
  fetch: globalThis.fetch,
  randomUUID: crypto.randomUUID.bind(crypto),
  random: Math.random,
  env: Deno.env.get.bind(Deno.env),
};

/** Wall-clock milliseconds, for budgets of the simulator itself. */
export const wallClock = (): number => real.performanceNow();

/** How a timer is put before the scheduler; it returns what cancels it. */
export type Timer = (milliseconds: number, run: () => void) => () => void;

/** The state of the machine; a run sets it. */
export const virtual: {
  on: boolean;
  now: number;
  random: Random;
  timer: Timer;
  fetch: typeof fetch;
  log: (line: string) => void;
} = {
  on: false,
  now: EPOCH,
  random: createRandom("machine"),
  timer: () => () => {},
  fetch: real.fetch,
  log: () => {},
};

/** As this activity work starts no timers. */
export const outsideTime: Activity = {
  name: "database",
  random: createRandom("database"),
  environment: null,
  alive: true,
  faults: { cloudinary: 0, database: 0 },
  unanswered: [],
};

let unfinished = 0;

/**
 * Resolves when the work that was begun can go no further without the scheduler. Everything in the process is a chain
 * of promises, which ends before the event loop turns; what leaves the chain is counted.
 */
export async function settle(): Promise<void> {
  do {
    await new Promise<void>((resolve) => real.setImmediate(() => resolve()));
  } while (unfinished > 0);
}

/** Lets `settle` wait for work that leaves the chain of promises. */
export function track<Result>(work: Promise<Result>): Promise<Result> {
  unfinished++;
  const done = () => void unfinished--;
  work.then(done, done);
  return work;
}

class VirtualDate extends real.Date {
  constructor(...values: unknown[]) {
    super(...(values.length === 0 ? [virtual.now] : values) as [number]);
  }

  static override now(): number {
    return virtual.now;
  }
}

/** Puts another value in the place of a property of the platform. */
export function replace(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, writable: true, configurable: true });
}

const cancels = new Map<number, () => void>();
let lastTimer = 1_000_000_000;

function startTimer(milliseconds: number, run: () => void): number {
  const id = ++lastTimer;
  const activity = currentActivity();
  // PostgreSQL's own alarms (statistics after a minute of idleness) would interrupt it in the middle of nowhere.
  if (activity === outsideTime) return id;
  const cancel = virtual.timer(milliseconds, () => {
    cancels.delete(id);
    if (activity === undefined) run();
    else if (activity.alive) runAs(activity, run);
  });
  cancels.set(id, cancel);
  return id;
}

function stopTimer(id: number): boolean {
  const cancel = cancels.get(id);
  cancels.delete(id);
  cancel?.();
  return cancel !== undefined;
}

let fills = 0;

/** How often random bytes were asked for. */
export const randomFills = (): number => fills;

function fillRandom<View extends ArrayBufferView>(view: View): View {
  fills++;
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  for (let index = 0; index < bytes.length; index++) bytes[index] = virtual.random.between(0, 255);
  return view;
}

function virtualUUID(): string {
  const bytes = fillRandom(new Uint8Array(16));
  bytes[6] = bytes[6]! & 0x0f | 0x40;
  bytes[8] = bytes[8]! & 0x3f | 0x80;
  const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [
    text.slice(0, 8),
    text.slice(8, 12),
    text.slice(12, 16),
    text.slice(16, 20),
    text.slice(20),
  ]
    .join("-");
}

replace(globalThis, "Date", VirtualDate);
replace(performance, "now", () => virtual.now - EPOCH);
// deno-lint-ignore no-explicit-any
const anyTimer = (realStart: any, repeat: boolean) =>
// deno-lint-ignore no-explicit-any
(run: (...values: any[]) => void, milliseconds = 0, ...values: unknown[]) => {
  if (!virtual.on) return realStart(run, milliseconds, ...values);
  if (!repeat) return startTimer(milliseconds, () => run(...values));
  // Nothing that the product does depends on an interval; a library's own housekeeping would only never end.
  return startTimer(2 ** 40, () => {});
};
replace(globalThis, "setTimeout", anyTimer(real.setTimeout, false));
replace(globalThis, "setInterval", anyTimer(real.setInterval, true));
replace(globalThis, "clearTimeout", (id: unknown) => {
  if (typeof id !== "number" || !stopTimer(id)) real.clearTimeout(id as number);
});
replace(globalThis, "clearInterval", (id: unknown) => {
  if (typeof id !== "number" || !stopTimer(id)) real.clearInterval(id as number);
});
replace(AbortSignal, "timeout", (milliseconds: number) => {
  const controller = new AbortController();
  setTimeout(
    () => controller.abort(new DOMException("Signal timed out.", "TimeoutError")),
    milliseconds,
  );
  return controller.signal;
});
replace(
  globalThis,
  "fetch",
  (input: RequestInfo | URL, init?: RequestInit) =>
    virtual.on ? virtual.fetch(input, init) : real.fetch(input, init),
);
// Always the run's: the database seeds its own generator with them while it is opened.
replace(crypto, "getRandomValues", fillRandom);
replace(crypto, "randomUUID", () => virtual.on ? virtualUUID() : real.randomUUID());
replace(Math, "random", () => virtual.on ? virtual.random.next() : real.random());
replace(
  Deno.env,
  "get",
  (name: string) => currentActivity()?.environment?.[name] ?? real.env(name),
);
for (const level of ["log", "info", "warn", "error", "debug"] as const) {
  const original = console[level].bind(console);
  replace(console, level, (...values: unknown[]) => {
    if (virtual.on) virtual.log(values.map(String).join(" "));
    else original(...values);
  });
}

/** Background work of a function goes on after its answer. */
replace(globalThis, "EdgeRuntime", {
  waitUntil: (promise: Promise<unknown>) => {
    promise.catch((error) => virtual.log(`background work failed: ${error}`));
  },
});

/** Starts a run on the machine: its moment, its chance, no timer of an earlier run. */
export function startMachine(seed: string, timer: Timer): void {
  for (const cancel of cancels.values()) cancel();
  cancels.clear();
  lastTimer = 1_000_000_000;
  virtual.now = EPOCH;
  virtual.random = createRandom(`${seed} machine`);
  virtual.timer = timer;
  virtual.on = true;
}

/** Runs `work` with the process's own timers, chance and network: a database needs them while it is opened. */
export async function onRealMachine<Result>(work: () => Promise<Result>): Promise<Result> {
  const { on, random } = virtual;
  virtual.on = false;
  virtual.random = createRandom("opening");
  try {
    return await work();
  } finally {
    virtual.on = on;
    virtual.random = random;
  }
}
