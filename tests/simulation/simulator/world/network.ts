/** The network of a run: whatever goes from one party to another is a message of the scheduler. */
import { type Activity, currentActivity, runAs, type Watch } from "../engine/activity.ts";
import { track, virtual } from "../engine/machine.ts";
import { createRandom, type Random } from "../../../support/random.ts";
import type { Scheduler } from "../engine/scheduler.ts";
import { describeAnswer, describeCall } from "./describe.ts";
import type { Encounters } from "./encounters.ts";
import type { Functions } from "./functions.ts";
import { type Library, LIBRARY_URL } from "./library.ts";
import type { SimulatedDatabase } from "./database.ts";
import { brief, type Trace } from "./trace.ts";
import type { Weather } from "./weather.ts";

/** A Supabase project of the run. */
export interface Project {
  /** `a`, `b`: which of several databases on the library. */
  name: string;
  url: string;
  database: SimulatedDatabase;
  functions: Functions;
  environment: Record<string, string>;
}

/** Who is told of what passed. */
export interface Observer {
  /** A call of a function's has reached the library, which answered so. */
  libraryCalled(activity: Activity, answer: string): void | Promise<void>;
  /** A notification is on its way to a function. */
  notifying(project: Project, body: string): void;
  /** A notification has reached a function, which took it and answered so. */
  notified(activity: Activity, body: string, answer: string): void;
  /** A call of a function's has reached a database. */
  databaseCalled(activity: Activity, project: Project): void | Promise<void>;
  /** An answer of the library's has reached the function. */
  libraryAnswered(activity: Activity): void;
  /** A function has answered. */
  functionAnswered(activity: Activity, name: string, status: number, body: string): void;
}

/** A function's answer. */
export interface Answered {
  response: Response;
  /** Its body. */
  text: string;
  activity: Activity;
}

/** The network. */
export interface Network {
  fetch: typeof fetch;
  /** Calls a function as somebody of the run; rejects where the connection breaks, never settles for a killed one. */
  invoke(
    project: Project,
    name: string,
    request: Request,
    by: string,
    watch?: Watch,
  ): Promise<Answered>;
  /** Sends what a database asked pg_net to send. */
  sendQueued(project: Project): Promise<void>;
  /** An activity of the run. */
  activity(name: string, environment?: Record<string, string>): Activity;
}

/** What a network is made of. */
export interface NetworkOptions {
  seed: string;
  scheduler: Scheduler;
  weather: () => Weather;
  trace: Trace;
  library: Library;
  projects: Project[];
  /** What single messages meet instead of the weather. */
  encounters: Encounters;
  observer: Observer;
}

/** How much later the copy of a notification comes that a plan has come twice, ms. */
const TWICE = 2_000;

const refused = () => new TypeError("connection reset by the network");

/** Makes the network of a run. */
export function createNetwork(options: NetworkOptions): Network {
  const { seed, scheduler, weather, trace, library, projects, encounters, observer } = options;
  const counts = new Map<string, number>();

  const activity = (name: string, environment: Record<string, string> | null = null): Activity => ({
    name,
    random: createRandom(`${seed} ${name}`),
    environment,
    alive: true,
    faults: { cloudinary: 0, database: 0 },
    unanswered: [],
  });
  const numbered = (name: string): string => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return `${name}#${count}`;
  };
  const libraryActivity = activity("cloudinary");
  const stray = activity("stray");

  /** Whether the function dies at this message. */
  const dies = (who: Activity): boolean => {
    if (!who.alive) return true;
    if (who.environment === null || !who.random.chance(weather().kill)) return false;
    return die(who);
  };
  const die = (who: Activity): true => {
    who.alive = false;
    trace.add(who.name, "KILLED");
    return true;
  };

  interface Way {
    request: Request;
    latency: () => number;
    /** Draws what goes wrong. */
    fate: (random: Random) => "reset" | "error" | "lost" | "hang" | "limited" | null;
    party: "cloudinary" | "database";
    label: string;
    handle: () => Promise<Response>;
    arrived: (answer: string) => void | Promise<void>;
  }

  const signals = new Set<AbortSignal>();
  const exchange = (who: Activity, way: Way): Promise<Response> =>
    new Promise((resolve, reject) => {
      const { signal } = way.request;
      const met = encounters.take(`${who.name} ${way.label}`);
      let over = false;
      // Collected with a request that hangs, it would never abort; when that happens is not the seed's.
      signals.add(signal);
      signal.addEventListener("abort", () => {
        if (over) return;
        over = true;
        reject(signal.reason);
      });
      const answer = (note: string, settleWith: () => void) => {
        scheduler.send(met?.answer ?? way.latency(), () => {
          if (dies(who) || over) return;
          if (met?.fate === "kill") return void die(who);
          over = true;
          if (note) trace.add(who.name, note);
          if (way.party === "cloudinary") observer.libraryAnswered(who);
          runAs(who, settleWith);
        });
      };
      const deliver = async () => {
        if (dies(who)) return;
        const fate = met === undefined ? way.fate(who.random) : met.fate ?? null;
        if (fate !== null) who.faults[way.party]++;
        if (fate === "hang") return trace.add(who.name, `${way.label} → HANGS`);
        if (fate === "reset") {
          trace.add(who.name, `${way.label} → RESET before it arrived`);
          return answer("", () => reject(refused()));
        }
        if (fate === "error" || fate === "limited") {
          const response = failure(way.party, fate, who.random);
          trace.add(who.name, `${way.label} → FAULT ${response.status}`);
          return answer("", () => resolve(response));
        }
        let response: Response;
        let text: string;
        try {
          const given = await way.handle();
          text = await given.text();
          // The library's own quota is a fault like any other.
          if (given.status === 420 || given.status === 429) who.faults[way.party]++;
          const empty = given.status === 204 || given.status === 304;
          response = new Response(empty ? null : text, {
            status: given.status,
            headers: given.headers,
          });
        } catch (error) {
          who.faults[way.party]++;
          trace.add(who.name, `${way.label} → RESET ${error}`);
          return answer("", () => reject(refused()));
        }
        const lost = fate === "lost" ? ", ANSWER LOST" : "";
        if (fate === "lost") who.unanswered.push(way.label);
        trace.add(who.name, `${way.label} → ${describeAnswer(response.status, text)}${lost}`);
        await way.arrived(text);
        if (fate === "lost") answer("", () => reject(refused()));
        else answer("", () => resolve(response));
      };
      scheduler.send(met?.wait ?? way.latency(), () => void track(deliver()));
    });

  const toLibrary = (who: Activity, request: Request, body: string): Promise<Response> => {
    const label = describeCall(request, body);
    return exchange(who, {
      request,
      party: "cloudinary",
      label,
      latency: () => 10 + who.random.next() * weather().cloudinary.latency,
      fate: (random) => {
        const { hang, reset, error, limited, lost } = weather().cloudinary;
        for (const [kind, rate] of Object.entries({ hang, reset, error, limited, lost })) {
          if (rate > 0 && random.chance(rate)) return kind as "hang";
        }
        return null;
      },
      handle: () => runAs(libraryActivity, () => library.handle(rebuilt(request, body))),
      arrived: (answer) => observer.libraryCalled(who, answer),
    });
  };

  const toDatabase = (who: Activity, project: Project, request: Request, body: string) =>
    exchange(who, {
      request,
      party: "database",
      label: describeCall(request, body),
      latency: () => 1 + who.random.next() * 12,
      fate: (random) => {
        const { error, lost } = weather().database;
        if (error > 0 && random.chance(error)) return "error";
        return lost > 0 && random.chance(lost) ? "lost" : null;
      },
      handle: async () => {
        await who.watch?.before();
        return await project.database.dataApi(rebuilt(request, body));
      },
      arrived: async (answer) => {
        await who.watch?.after({ path: new URL(request.url).pathname, answer });
        await observer.databaseCalled(who, project);
        await sendQueued(project);
      },
    });

  const invoke = (
    project: Project,
    name: string,
    request: Request,
    by: string,
    watch?: Watch,
  ): Promise<Answered> => {
    const label = projects.length > 1 ? `${project.name}/${name}` : name;
    const who = activity(numbered(label), project.environment);
    who.watch = watch;
    const handler = project.functions.get(name) ??
      (() => Promise.resolve(new Response(null, { status: 404 })));
    trace.add(who.name, `called by ${by}: ${request.method} ${new URL(request.url).search}`);
    return new Promise((resolve) => {
      const work = async () => {
        const response = await handler(request);
        const text = await response.text();
        // Killed meanwhile: there is nobody who could answer.
        if (!who.alive) return;
        trace.add(who.name, `answers ${describeAnswer(response.status, text)}`);
        observer.functionAnswered(who, name, response.status, text);
        const empty = response.status === 204 || response.status === 304;
        const answer = new Response(empty ? null : text, {
          status: response.status,
          headers: response.headers,
        });
        scheduler.send(
          1 + who.random.next() * 20,
          () => resolve({ response: answer, text, activity: who }),
        );
      };
      runAs(who, () => void work());
    });
  };

  const notify = (project: Project, request: Request, body: string): Promise<Response> => {
    const { random } = libraryActivity;
    const { lost, twice, late } = weather().notifications;
    const type = /"notification_type":"([^"]*)"/.exec(body)?.[1] ?? "notification";
    const met = encounters.take(`${project.name} notification ${type} ${body}`);
    const send = (delay: number, note: string): Promise<Response> =>
      new Promise((resolve, reject) => {
        scheduler.send(delay, () => {
          trace.add("cloudinary", `notification ${type}${note}: ${brief(body, 300)}`);
          observer.notifying(project, body);
          invoke(project, "webhook", rebuilt(request, body), `notification ${type}`)
            .then(({ response, activity, text }) => {
              if (response.ok) observer.notified(activity, body, text);
              resolve(response);
            }, reject);
        });
      });
    const usual = 20 + random.next() * 800;
    const accepted = () => Promise.resolve(new Response("ok"));
    if (met?.fate === "twice") void send((met.wait ?? 20) + TWICE, " AGAIN");
    if (met?.fate === "twice" || (met && met.fate === undefined)) return send(met.wait ?? 20, "");
    if (met !== undefined || random.chance(lost)) {
      trace.add("cloudinary", `notification ${type} LOST: ${brief(body, 300)}`);
      return met === undefined && random.chance(0.5) ? Promise.reject(refused()) : accepted();
    }
    if (random.chance(twice)) void send(usual + random.next() * 60_000, " AGAIN");
    if (random.chance(late)) {
      void send(usual + 1000 + random.next() * 240_000, " LATE");
      return accepted();
    }
    return send(usual, "");
  };

  async function sendQueued(project: Project): Promise<void> {
    for (const queued of await project.database.takeRequests()) {
      const { pathname, origin } = new URL(queued.url);
      if (origin !== project.url) continue;
      const name = pathname.split("/")[3] ?? "";
      const random = createRandom(`${seed} pg_net ${project.name} ${queued.id}`);
      if (random.chance(weather().wakesLost)) {
        trace.add("pg_net", `request ${queued.id} LOST`);
        continue;
      }
      const body = queued.body === null
        ? ""
        : new TextDecoder().decode(new Uint8Array(queued.body));
      scheduler.send(5 + random.next() * 150, () => {
        const request = new Request(queued.url, {
          method: queued.method,
          headers: queued.headers ?? {},
          body,
        });
        const call = invoke(project, name, request, `pg_net ${body}`);
        void answerQueued(project, queued.id, call.then(({ response }) => response));
      });
    }
  }

  async function answerQueued(
    project: Project,
    id: number,
    answer: Promise<Response>,
  ): Promise<void> {
    const response = await answer.catch(() => null);
    if (response === null) return;
    await track(project.database.query(
      "insert into net._http_response (id, status_code, content_type, content, timed_out) values ($1, $2, 'application/json', '', false)",
      [id, response.status],
    ));
  }

  const route = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const who = currentActivity() ?? stray;
    if (!who.alive) return await new Promise(() => {});
    const request = new Request(input, init);
    if (request.signal.aborted) throw request.signal.reason;
    const url = new URL(request.url);
    const body = request.body === null ? "" : await readBody(request);
    if (url.origin === LIBRARY_URL) return await toLibrary(who, request, body);
    const project = projects.find((known) => known.url === url.origin);
    if (!project) throw refused();
    if (!url.pathname.startsWith("/functions/v1/")) {
      return await toDatabase(who, project, request, body);
    }
    return await notify(project, request, body);
  };

  return { fetch: route as typeof fetch, invoke, sendQueued, activity };

  /** Text, or for a multipart body its bytes as characters. */
  async function readBody(request: Request): Promise<string> {
    return await request.text();
  }
  function rebuilt(request: Request, body: string): Request {
    return new Request(request.url, {
      method: request.method,
      headers: request.headers,
      ...(body === "" || request.method === "GET" ? {} : { body }),
    });
  }
  function failure(party: string, kind: "error" | "limited", random: Random): Response {
    if (party === "database") {
      return Response.json({ message: "the database is not available", code: "PGRST000" }, {
        status: 503,
      });
    }
    if (kind === "limited") {
      const reset = new Date(virtual.now + 20_000 + random.next() * 40_000).toUTCString();
      return Response.json({ error: { message: "Rate Limit Exceeded" } }, {
        status: random.pick([420, 429]),
        headers: {
          "x-featureratelimit-limit": "500",
          "x-featureratelimit-remaining": "0",
          "x-featureratelimit-reset": reset,
        },
      });
    }
    const status = random.pick([500, 502, 503]);
    return status === 500
      ? Response.json({ error: { message: "General Error" } }, { status })
      : new Response(`<html><body><h1>${status} Bad Gateway</h1></body></html>`, { status });
  }
}
