/** What mends a failure of the platform's API, of the Supabase CLI or of a database, by their words. */

/** What mends that the Supabase CLI cannot be started. */
export const INSTALL_CLI =
  "Install Node.js, which brings npx, and allow it to fetch the npm package supabase.";

const ACCOUNT = "dashboard, Account, Access Tokens";

/** The first that fits. */
const MENDS: readonly [words: RegExp, mend: string][] = [
  // The platform, through the CLI.
  [
    /access token not provided|supabase login/i,
    `Set SUPABASE_ACCESS_TOKEN (${ACCOUNT}).`,
  ],
  [
    /\b401\b|unauthorized|invalid (access )?token|\bJWT\b/i,
    `SUPABASE_ACCESS_TOKEN is not taken: make a new one (${ACCOUNT}).`,
  ],
  [
    /\bstatus 402\b|max number of functions|quota|spend cap/i,
    "The project's plan takes no more: see its limits (dashboard, Organization, Usage), then run this again.",
  ],
  [/\b429\b|too many requests|throttl/i, "Wait a minute, and run this again."],
  [
    /paused|inactive|\b540\b/i,
    "The project is paused: restore it (dashboard, the project's page), then run this again.",
  ],
  [
    /status (403|404)\b|forbidden|project not found/i,
    "Check the project ref, and that the account of SUPABASE_ACCESS_TOKEN may change this project.",
  ],
  [
    /failed to execute http request|api\.supabase\.(com|io)/i,
    "The platform could not be reached: check this machine's connection, or its proxy, and run this again.",
  ],
  [/\bstatus 5\d\d\b/i, "The platform failed: see status.supabase.com, and run this again later."],
  // A database.
  [
    /tenant or user not found/i,
    "The pooler takes postgres.<project ref> as the user: copy the URL (dashboard, Connect, Session pooler).",
  ],
  [
    /password authentication failed|\bSASL\b|\b28P01\b|\b28000\b/i,
    "Check user and password in --database-url or SUPABASE_DB_URL (dashboard, Connect; a lost password is set anew under " +
    "Database, Settings); @, #, / and : in it are written as %40, %23, %2F and %3A.",
  ],
  [
    /database ".*" does not exist|\b3D000\b/i,
    "A project's database is called postgres: let --database-url end in /postgres.",
  ],
  [
    /ENOTFOUND|EAI_AGAIN|no such host|could not translate host/i,
    "Check the host in --database-url or SUPABASE_DB_URL (dashboard, Connect).",
  ],
  [
    /ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|CONNECT_TIMEOUT|CONNECTION_(CLOSED|ENDED|DESTROYED)|connection refused/i,
    "Check host and port in --database-url or SUPABASE_DB_URL, and whether the project is paused. Where there is no IPv6, the " +
    "direct address is out of reach: take the session pooler's (dashboard, Connect, port 5432).",
  ],
  [
    /too many (clients|connections)|remaining connection slots|max client connections|\b53300\b/i,
    "The database has no connection left: run this again when fewer are open.",
  ],
  [
    /read-only transaction|\b25006\b/i,
    "The database takes no changes; the platform does that where a disk is full (dashboard, Database, Settings, Disk).",
  ],
  [
    /(statement|lock) timeout|\b57014\b|\b55P03\b/i,
    "Something else holds the tables, or the time was too short: run this again at a quieter time; nothing of it was done.",
  ],
  [
    /permission denied|must be owner|\b42501\b/i,
    "Connect as the owner of the database, postgres.",
  ],
];

/**
 * What to do about a failure.
 *
 * @param reason What was said; statuses of HTTP and SQLSTATEs in it count.
 * @param otherwise The mend where nothing in it is known.
 */
export function mendOf(reason: string, otherwise: string): string {
  return MENDS.find(([words]) => words.test(reason))?.[1] ?? otherwise;
}
