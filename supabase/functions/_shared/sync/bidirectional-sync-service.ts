import type { MetadataField } from "../contract/metadata-fields.ts";
import { readNotification } from "../cloudinary/notification.ts";
import type { Caller } from "../http/caller.ts";
import type { Logger } from "../http/log.ts";
import { DatabaseError } from "../media/database-error.ts";
import type { Database } from "../media/database.types.ts";
import type { EventOutcome, PushFailure, ReceivedEvent } from "../media/types.ts";
import { doDueWork, type SyncRequest, type SyncResult } from "./due-work.ts";
import { type DryRun, dryRun, type DryRunRequest } from "./dry-run.ts";
import { readMetadataFields } from "./metadata-fields.ts";
import { openSession } from "./open-session.ts";
import { push } from "./push/push.ts";
import { refresh } from "./refresh.ts";
import type { SyncSession } from "./sync-session.ts";
import {
  type SigningOutcome,
  signUpload,
  storeUpload,
  type UploadAnswer,
  type UploadOutcome,
  type UploadRequest,
} from "./uploads.ts";
import { type Verification, verify } from "./verify.ts";

export { mapError } from "./map-error.ts";
export type { SyncRequest, SyncResult };

/**
 * Keeps both sides in step. The one door of this folder: whoever wants something of the sync asks here, once per request,
 * and the stages do it.
 *
 * Methods throw `CloudinaryError` or `DatabaseError` when the other end failed beyond its retries; what was not done then
 * is in the database, and the next tick goes on from there. Each closes Cloudinary's connections when it ends.
 */
export class BidirectionalSyncService {
  /** @param session What the stages work with. */
  constructor(private readonly session: SyncSession) {}

  /**
   * For a call of a person, a program or the cron jobs.
   *
   * @param caller Who asked; its secret-key client does the work.
   * @throws {ApiError} 503 `not_configured` when Cloudinary is not configured.
   */
  static forCaller(caller: Caller<Database>, log: Logger): BidirectionalSyncService {
    return new BidirectionalSyncService(openSession(caller, log));
  }

  /**
   * For a notification, which carries no key of ours.
   *
   * @throws {ApiError} As {@link forCaller}.
   */
  static forNotification(log: Logger): BidirectionalSyncService {
    return new BidirectionalSyncService(openSession(null, log));
  }

  /** Does what was asked for, or what is due; see {@link doDueWork}. */
  sync(request: SyncRequest): Promise<SyncResult> {
    return this.#work(doDueWork(this.session, request));
  }

  /** Plans a full reconcile. Nothing is written anywhere. */
  dryRun(request: DryRunRequest): Promise<DryRun> {
    return this.#work(dryRun(this.session, request));
  }

  /** Compares both sides field by field; see {@link verify}. */
  verify(): Promise<Verification> {
    return this.#work(verify(this.session));
  }

  /**
   * Pushes the edits of these rows, due or not.
   *
   * @returns Why rows could not be pushed, by id.
   */
  async pushRows(ids: string[]): Promise<Map<string, PushFailure>> {
    return (await this.#work(push(this.session, ids))).failures;
  }

  /** Drains the refresh queue: looks up at once what would else wait for the next tick. */
  async refreshQueued(): Promise<void> {
    await this.#work(refresh(this.session, null));
  }

  /**
   * Stores a verified notification and applies it, in one transaction. One that cannot be applied is stored all the same:
   * Cloudinary would send it three times and never again. Cloudinary is not called.
   */
  async receiveEvent(event: ReceivedEvent): Promise<EventOutcome> {
    const { media, log } = this.session;
    const receive = (p_event: ReceivedEvent) =>
      media.call("media_sync_receive_event", { p_cloud_name: media.cloudName, p_event });
    try {
      return await receive(event);
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.retryable) throw error;
      log.error("a notification could not be applied; it is stored", { error });
      const refused = event.effects.flatMap((effect) =>
        "asset_id" in effect && typeof effect.asset_id === "string" ? [effect.asset_id] : []
      );
      return await receive({ ...event, effects: [], refused });
    }
  }

  /**
   * Applies a stored notification again, and looks up at once what it tells too little of.
   *
   * @returns null when there is no stored event with that id.
   */
  async replayEvent(id: number): Promise<EventOutcome | null> {
    const { media } = this.session;
    const event = await media.call("media_sync_get_event", { p_id: id });
    if (event === null) return null;
    const { effects } = readNotification(JSON.parse(event.body));
    const outcome = await media.call("media_sync_replay_event", {
      p_cloud_name: media.cloudName,
      p_id: id,
      p_effects: effects,
    });
    await this.refreshQueued();
    return outcome;
  }

  /** The fields of structured metadata; see {@link readMetadataFields}. */
  metadataFields(): Promise<MetadataField[]> {
    return this.#work(readMetadataFields(this.session));
  }

  /** Signed fields for an upload of a browser; see {@link signUpload}. */
  signUpload(request: UploadRequest, resourceType: string): Promise<SigningOutcome> {
    return this.#work(signUpload(this.session, request, resourceType));
  }

  /** Puts an upload's row in the database at once; see {@link storeUpload}. */
  storeUpload(answer: UploadAnswer): Promise<UploadOutcome> {
    return this.#work(storeUpload(this.session, answer));
  }

  async #work<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } finally {
      this.session.cloudinary.close();
    }
  }
}
