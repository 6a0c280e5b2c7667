import type { Caller } from "../http/authenticate.ts";
import type { Exchange } from "../http/route.ts";

/** Why a notification is sent: who acted, and where the call itself asked to be told. */
export interface Cause extends Caller {
  /** `notification_url` of the call. */
  readonly notification_url?: string | undefined;
}

/** The cause that a call is. */
export function causeOf({ caller, parameters }: Exchange): Cause {
  const notification_url = parameters.text("notification_url");
  return notification_url ? { ...caller, notification_url } : caller;
}
