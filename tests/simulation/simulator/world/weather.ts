/** What may go wrong with messages at the moment. Rates are probabilities from 0 to 1. */
export interface Weather {
  /** Calls to Cloudinary. */
  cloudinary: {
    /** Longest way of a message, one way, ms. */
    latency: number;
    /** Answered with 500, 502 or 503, without effect. */
    error: number;
    /** The connection breaks before the call has an effect. */
    reset: number;
    /** The call has its effect, the answer is lost. */
    lost: number;
    /** No answer ever, without effect. */
    hang: number;
    /** Refused with 420 or 429. */
    limited: number;
  };
  /** Calls of functions to the database. */
  database: {
    /** Refused with 503. */
    error: number;
    /** Committed, and the answer lost. */
    lost: number;
  };
  /** A function is killed, at each message that it sends or gets. */
  kill: number;
  /** Notifications of Cloudinary. */
  notifications: { lost: number; twice: number; late: number };
  /** Requests of pg_net that are never sent. */
  wakesLost: number;
}

/** Nothing goes wrong. */
export function calm(): Weather {
  return {
    cloudinary: { latency: 150, error: 0, reset: 0, lost: 0, hang: 0, limited: 0 },
    database: { error: 0, lost: 0 },
    kill: 0,
    notifications: { lost: 0, twice: 0, late: 0 },
    wakesLost: 0,
  };
}
