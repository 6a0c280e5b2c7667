/** Who makes a call. */
export interface Caller {
  readonly api_key: string;
  /** `api`, or `ui` for calls that stand for work in Cloudinary's console. */
  readonly source: "api" | "ui";
}

/** Why a notification is sent: who acted, and where the call itself asked to be told. */
export interface Cause extends Caller {
  /** `notification_url` of the call. */
  readonly notification_url?: string | undefined;
}
