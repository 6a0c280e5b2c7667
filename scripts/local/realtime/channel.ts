/** One joined topic of one connection. Behaviour and sentences as in supabase/realtime's `RealtimeChannel`. */
import type { Clock } from "../clock.ts";
import { type Caller, type Callers, isRefusal } from "./caller.ts";
import type { Broadcast, ClientMessage, Json } from "./messages.ts";
import type { Policies } from "./policies.ts";
import type { ChangeListener, PostgresChanges, Subscription } from "./postgres-changes.ts";
import type { Member, Topics } from "./topics.ts";

/** What a channel works with. */
export interface ChannelContext {
  topics: Topics;
  callers: Callers;
  policies: Policies;
  changes: PostgresChanges;
  clock: Clock;
  /** The caller of the connection, by its key. */
  ofConnection: Caller;
  /** Why nobody can join; null where everybody may try. */
  unavailable: string | null;
}

/** How a channel speaks to its client. */
export interface ChannelOutput {
  deliver(broadcast: Broadcast): void;
  reply(ref: string | null, status: "ok" | "error", response: Json): void;
  push(event: string, payload: Json): void;
  /** The channel ended by itself; nothing more is to be sent to it. */
  ended(): void;
}

/** A joined channel. */
export interface Channel {
  /** What a join is answered with. */
  readonly response: Json;
  /** Told once the join is answered. */
  begin(): void;
  handle(message: ClientMessage): Promise<void>;
  leave(): void;
}

/** Longest time without asking whether the token still holds, in ms. */
const CONFIRM_TOKEN_MS = 300_000;
const PREFIX = "realtime:";

/** What a client asks for that this stack does not have, by the key of the join's configuration. */
const missing = {
  presence: "PresenceUnavailable: The local stack has no Presence; use Broadcast, or a project",
  replay:
    "UnableToReplayMessages: The local stack replays no messages; read the table again instead",
};

/**
 * Joins a topic.
 *
 * @returns The channel, or the reason why the client may not join.
 */
export async function joinChannel(
  context: ChannelContext,
  { topic, payload }: ClientMessage,
  output: ChannelOutput,
): Promise<Channel | string> {
  const name = topic.slice(PREFIX.length);
  if (!topic.startsWith(PREFIX)) return "unmatched topic";
  if (name === "") return "TopicNameRequired: You must provide a topic name";
  if (context.unavailable !== null) return context.unavailable;
  const config = readConfig(payload);
  if (config.presence) return missing.presence;
  if (config.replay) return missing.replay;
  const caller = await context.callers.byToken(
    payload.access_token ?? payload.user_token,
    context.ofConnection,
  );
  if (isRefusal(caller)) return `${caller.code}: ${caller.message}`;
  if (config.isPrivate && !await context.policies.mayReceive(caller, name)) {
    return `Unauthorized: ${noReading(name)}`;
  }
  const channel = new JoinedChannel(context, name, config, caller, output);
  const problem = await channel.subscribe();
  if (problem === null || !config.waitsForChanges) return channel;
  channel.leave();
  return `RealtimeDisabledForConfiguration: ${problem}`;
}

class JoinedChannel implements Channel, Member, ChangeListener {
  #changes: { status: string; message: string } | undefined;
  #maySend: Promise<boolean> | undefined;
  #cancelConfirmation = () => {};
  #token: unknown;

  constructor(
    private readonly context: ChannelContext,
    private readonly name: string,
    private readonly config: Config,
    private currentCaller: Caller,
    private readonly output: ChannelOutput,
  ) {
    context.topics.enter(name, config.isPrivate, this);
    this.#confirmLater();
  }

  get response(): Json {
    return {
      postgres_changes: this.config.subscriptions.map(({ id, params }) => ({ ...params, id })),
    };
  }

  /** @returns Why changes cannot be told; null where they are, or none are asked for. */
  async subscribe(): Promise<string | null> {
    if (this.config.subscriptions.length === 0) return null;
    const problem = await this.context.changes.subscribe(this, this.config.subscriptions);
    this.#changes = problem === null
      ? { status: "ok", message: "Subscribed to PostgreSQL" }
      : { status: "error", message: problem };
    return problem;
  }

  begin(): void {
    if (this.#changes === undefined) return;
    const system = { extension: "postgres_changes", ...this.#changes, channel: this.name };
    this.output.push("system", system);
  }

  deliver(broadcast: Broadcast): void {
    this.output.deliver(broadcast);
  }

  caller(): Caller {
    return this.currentCaller;
  }

  tell(ids: number[], data: Json): void {
    this.output.push("postgres_changes", { ids, data });
  }

  leave(): void {
    this.#cancelConfirmation();
    this.context.changes.unsubscribe(this);
    this.context.topics.leave(this.name, this.config.isPrivate, this);
  }

  async handle(message: ClientMessage): Promise<void> {
    if (message.event === "broadcast") await this.#send(message);
    else if (message.event === "access_token") await this.#renew(message.payload.access_token);
    else if (message.event === "presence") {
      this.output.reply(message.ref, "error", { reason: missing.presence });
    }
    // Anything else is passed over, as there.
  }

  async #send({ ref, payload, bytes }: ClientMessage): Promise<void> {
    if (payload.persist) {
      const error = "The local stack keeps no broadcasts: send it without `persist`";
      this.output.reply(ref, "error", { error });
      return;
    }
    if (this.config.isPrivate) {
      this.#maySend ??= this.context.policies.maySend(this.currentCaller, this.name);
      // Told to nobody, as there: the client's push has no answer.
      if (!await this.#maySend) return;
    }
    const broadcast = {
      event: String(payload.event ?? ""),
      payload: bytes ?? payload.payload ?? {},
    };
    const except = this.config.self ? undefined : this;
    this.context.topics.publish(this.name, this.config.isPrivate, broadcast, except);
    if (this.config.ack) this.output.reply(ref, "ok", {});
  }

  async #renew(token: unknown): Promise<void> {
    const isKey = typeof token === "string" && token.startsWith("sb_");
    if (typeof token !== "string" || isKey || token === this.#token) return;
    this.#token = token;
    const caller = await this.context.callers.byToken(token, this.context.ofConnection);
    if (isRefusal(caller)) return this.#shutDown(caller.message);
    this.currentCaller = caller;
    this.#maySend = undefined;
    if (this.config.isPrivate && !await this.context.policies.mayReceive(caller, this.name)) {
      return this.#shutDown(noReading(this.name));
    }
    this.#confirmLater();
  }

  #confirmLater(): void {
    this.#cancelConfirmation();
    const { expiresAt } = this.currentCaller;
    if (expiresAt === null) return;
    const left = expiresAt - this.context.clock.now();
    this.#cancelConfirmation = this.context.clock.after(
      Math.max(0, Math.min(CONFIRM_TOKEN_MS, left)),
      () => {
        const late = this.context.clock.now() - expiresAt;
        if (late < 0) this.#confirmLater();
        else this.#shutDown(`Token has expired ${Math.floor(late / 1_000)} seconds ago`);
      },
    );
  }

  #shutDown(message: string): void {
    this.leave();
    const system = { extension: "system", status: "error", message, channel: this.name };
    this.output.push("system", system);
    this.output.ended();
  }
}

interface Config {
  isPrivate: boolean;
  ack: boolean;
  self: boolean;
  presence: boolean;
  subscriptions: Subscription[];
  /** Whether a join is refused where changes cannot be told; otherwise a message says so after it. */
  waitsForChanges: boolean;
  replay: boolean;
}

function readConfig(payload: Json): Config {
  const config = part(payload.config);
  const broadcast = part(config.broadcast);
  const { postgres_changes } = config;
  return {
    isPrivate: isTrue(config.private),
    ack: isTrue(broadcast.ack),
    self: isTrue(broadcast.self),
    presence: isTrue(part(config.presence).enabled),
    subscriptions: Array.isArray(postgres_changes)
      ? postgres_changes.map((params, index) => ({ id: index + 1, params: part(params) }))
      : [],
    waitsForChanges: isTrue(part(config.postgres_changes_options).wait),
    replay: broadcast.replay !== undefined && broadcast.replay !== null,
  };
}

function part(value: unknown): Json {
  return typeof value === "object" && value !== null ? value as Json : {};
}

/** Clients in other languages write booleans as text. */
function isTrue(value: unknown): boolean {
  return value === true || (typeof value === "string" && value.toLowerCase() === "true");
}

function noReading(topic: string): string {
  return `You do not have permissions to read from this Channel topic: ${topic}`;
}
