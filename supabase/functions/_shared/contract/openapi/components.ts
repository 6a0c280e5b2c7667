import { z } from "zod";
import * as contract from "../mod.ts";
import { notification, openApiDocument } from "./sync-operations.ts";

/** What requests hold, by its name in the document. */
export const REQUESTS: Readonly<Record<string, z.ZodType>> = {
  MediaEdit: contract.mediaEdit,
  MediaEdits: contract.mediaEdits,
  MediaDeletion: contract.mediaDeletion,
  UploadRequest: contract.uploadRequest,
  UploadConfirmation: contract.uploadConfirmation,
  SyncRequest: contract.syncRequest,
  Notification: notification,
};

/** What answers hold, by its name in the document. */
export const ANSWERS: Readonly<Record<string, z.ZodType>> = {
  MediaItem: contract.mediaItem,
  EditableMediaItem: contract.editableItem,
  MediaConflict: contract.mediaConflict,
  MediaUsage: contract.mediaUsage,
  MediaCollectionPlace: contract.collectionPlace,
  MediaHistoryEntry: contract.historyEntry,
  MediaItemAnswer: contract.mediaItemAnswer,
  Pagination: contract.pagination,
  MediaFacets: contract.mediaFacets,
  MediaStatistics: contract.mediaStatistics,
  SyncStatus: contract.syncStatus,
  MediaListAnswer: contract.mediaListAnswer,
  MediaEditAnswer: contract.mediaEditAnswer,
  MediaDeletionFailure: contract.deletionFailure,
  MediaDeletionAnswer: contract.mediaDeletionAnswer,
  RestoreAnswer: contract.restoreAnswer,
  SignedUploadAnswer: contract.signedUploadAnswer,
  UploadConfirmationAnswer: contract.uploadConfirmationAnswer,
  RunError: contract.runError,
  RunProgress: contract.runProgress,
  SyncRun: contract.syncRun,
  PlannedAction: contract.plannedAction,
  SyncPlan: contract.syncPlan,
  NothingDue: contract.nothingDue,
  BackgroundSync: contract.backgroundSync,
  EventReplay: contract.eventReplay,
  SyncAnswer: contract.syncAnswer,
  RunAnswer: contract.runAnswer,
  QuarantinedAsset: contract.quarantinedAsset,
  UnsettledRun: contract.unsettledRun,
  RateLimit: contract.rateLimit,
  Health: contract.health,
  SyncOverviewAnswer: contract.syncOverviewAnswer,
  FieldDifference: contract.fieldDifference,
  VerificationAnswer: contract.verificationAnswer,
  OpenApiDocument: openApiDocument,
  EventAnswer: contract.eventAnswer,
  WebhookStatusAnswer: contract.webhookStatusAnswer,
  ErrorDetail: contract.errorDetail,
  ErrorAnswer: contract.errorAnswer,
};
