/** What a running local stack tells of itself. */

/** How a seeded user signs in. */
export interface Credentials {
  email: string;
  password: string;
}

/** The seeded users. A viewer has no `media_role`; being signed in is all it takes. */
export interface Users {
  viewer: Credentials;
  editor: Credentials;
  admin: Credentials;
}

/** The READY line's JSON, and `.local/stack.json`. */
export interface StackInfo {
  pid: number;
  url: string;
  publishable_key: string;
  secret_key: string;
  cron_key: string;
  /** Null for PGlite. */
  database_url: string | null;
  /** The value for CLOUDINARY_URL. */
  cloudinary_url: string;
  cloudinary_http: string;
  console_url: string;
  users: Users;
}
