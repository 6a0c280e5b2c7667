/** Which project a command works on, and with which keys. */
import {
  type CloudinaryConfiguration,
  readCloudinaryConfiguration,
} from "../../supabase/functions/_shared/cloudinary/configuration.ts";
import { registerSecret } from "../../supabase/functions/_shared/http/redact.ts";
import type { Surroundings } from "./command.ts";
import { CommandError } from "./command-error.ts";

/** A project, reached over HTTP. */
export interface Project {
  /** Without a trailing slash. */
  url: string;
  secretKey: string;
  /** The secret key that cron uses: a key of its own where one is named, otherwise the secret key. */
  cronKey: string;
  /** From `.local/stack.json`: everything about it is known there, and nothing in it is hosted. */
  isLocalStack: boolean;
  /** The local stack's CLOUDINARY_URL. */
  cloudinaryUrl: string | null;
  /** The local stack's PostgreSQL; null for PGlite and for hosted projects. */
  databaseUrl: string | null;
}

/** What a command line says about the project. */
export interface ProjectOptions {
  url?: string;
  /** Name of the variable that holds the secret key. */
  keyFromEnv?: string;
  projectRef?: string;
}

/** Help text of {@linkcode ProjectOptions}. */
export const projectUsage =
  `The project: SUPABASE_URL and SUPABASE_SECRET_KEY from the environment, or the running deno task dev.`;

/**
 * Finds the project: `--url` or SUPABASE_URL, else the ref's address, else the running local stack.
 *
 * @throws CommandError `project_unknown`, `project_mismatch`, `key_missing`, `url_unsafe`
 */
export async function findProject(
  options: ProjectOptions,
  { environment, readStack }: Pick<Surroundings, "environment" | "readStack">,
): Promise<Project> {
  const stack = options.projectRef === undefined ? await readStack() : null;
  const address = options.url ?? text(environment.SUPABASE_URL) ??
    (options.projectRef && `https://${options.projectRef}.supabase.co`);
  if (
    address === undefined || (stack !== null && projectOrigin(address) === projectOrigin(stack.url))
  ) {
    if (stack === null) {
      throw new CommandError(
        "project_unknown",
        "No project is named: set SUPABASE_URL and SUPABASE_SECRET_KEY, or start deno task dev.",
      );
    }
    for (const secret of [stack.secret_key, stack.cron_key]) registerSecret(secret);
    return {
      url: projectOrigin(stack.url),
      secretKey: options.keyFromEnv ? readKey(options.keyFromEnv, environment) : stack.secret_key,
      cronKey: stack.cron_key,
      isLocalStack: true,
      cloudinaryUrl: stack.cloudinary_url,
      databaseUrl: stack.database_url,
    };
  }
  checkRef(address, options.projectRef);
  const secretKey = readKey(options.keyFromEnv ?? "SUPABASE_SECRET_KEY", environment);
  const cronKey = text(environment.SUPABASE_CRON_KEY) ?? secretKey;
  registerSecret(cronKey);
  const url = projectOrigin(address);
  return {
    url,
    secretKey,
    cronKey,
    isLocalStack: false,
    cloudinaryUrl: null,
    databaseUrl: null,
  };
}

/**
 * The Cloudinary library that belongs to a project.
 *
 * @throws CommandError `cloudinary_not_configured`
 */
export function findCloudinary(
  cloudinaryUrl: string | null,
  environment: Surroundings["environment"],
): CloudinaryConfiguration {
  // A running local stack has its own library; variables must not lead a command to another one.
  const { data, error } = readCloudinaryConfiguration((name) =>
    cloudinaryUrl === null
      ? environment[name]
      : name === "CLOUDINARY_URL"
      ? cloudinaryUrl
      : undefined
  );
  if (data) return data;
  throw new CommandError(
    "cloudinary_not_configured",
    `${error?.message} It is the environment of this command that counts.`,
  );
}

function readKey(name: string, environment: Surroundings["environment"]): string {
  const key = text(environment[name]);
  if (key === undefined) {
    throw new CommandError(
      "key_missing",
      `${name} is not set: put a secret key of the project there (dashboard, Settings, API Keys).`,
    );
  }
  registerSecret(key);
  return key;
}

function checkRef(url: string, projectRef: string | undefined): void {
  const named = /^https:\/\/([a-z]{20})\.supabase\.co\/?$/.exec(url)?.[1];
  if (projectRef !== undefined && named !== undefined && named !== projectRef) {
    throw new CommandError(
      "project_mismatch",
      `SUPABASE_URL is another project (${named}) than ${projectRef}: make both the same one.`,
    );
  }
}

/**
 * A project's address as callers need it. A key must not travel in the clear, except on this machine.
 *
 * @throws CommandError `url_unsafe`
 */
export function projectOrigin(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(parsed?.hostname ?? "");
  if (parsed?.protocol !== "https:" && !(parsed?.protocol === "http:" && loopback)) {
    throw new CommandError(
      "url_unsafe",
      "The project's URL must look like https://<ref>.supabase.co; http only on this machine.",
    );
  }
  return parsed.origin;
}

function text(value: string | undefined): string | undefined {
  const trimmed = value?.trim();
  return trimmed === "" ? undefined : trimmed;
}
