import { findCloudinary } from "../../support/project.ts";
import { note } from "../deployed-functions.ts";
import type { Installation } from "../installation.ts";
import type { SetupStep } from "../step.ts";

/** What the functions read; `.env.example` explains each. */
const NAMES = [
  "CLOUDINARY_URL",
  "CLOUDINARY_CLOUD_NAME",
  "CLOUDINARY_API_KEY",
  "CLOUDINARY_API_SECRET",
  "CLOUDINARY_UPLOAD_PREFIX",
  "CLOUDINARY_WEBHOOK_KEYS",
];

/** Hands the Cloudinary credentials of this environment to the functions. */
export function secretsStep(installation: Installation): SetupStep {
  const wanted = (): [string, string][] => {
    // Checked as the functions will: better refused here than answered with 503 there.
    findCloudinary(null, installation.environment);
    return NAMES.flatMap((name) => {
      const value = installation.environment[name]?.trim();
      return value ? [[name, value] as [string, string]] : [];
    });
  };
  let before: Map<string, string> | undefined;
  return {
    name: "secrets",
    check: async () => {
      const secrets = wanted();
      const digests = before = await listSecrets(installation);
      const missing: string[] = [];
      const different: string[] = [];
      for (const [name, value] of secrets) {
        const digest = digests.get(name);
        if (digest === undefined) missing.push(name);
        else if (digest !== await sha256(value)) different.push(name);
      }
      if (missing.length + different.length === 0) {
        return { status: "in_place", message: `${secrets.map(([name]) => name).join(", ")} set` };
      }
      const told = [
        missing.length > 0 ? `not set: ${missing.join(", ")}` : "",
        different.length > 0 ? `other than here: ${different.join(", ")}` : "",
      ];
      return { status: "needed", message: told.filter(Boolean).join("; ") };
    },
    apply: async () => {
      const secrets = wanted();
      const ref = await installation.requireRef();
      // What the project had before is not ours to take away one day.
      const had = before ?? await listSecrets(installation);
      await note(
        installation,
        "secret",
        secrets.map(([name]) => name).filter((name) => !had.has(name)),
      );
      const folder = await Deno.makeTempDir();
      try {
        const file = `${folder}/secrets.env`;
        const lines = secrets.map(([name, value]) => `${name}=${quote(value)}\n`);
        await Deno.writeTextFile(file, lines.join(""), { mode: 0o600 });
        await installation.cli([
          ...["secrets", "set", `--remote=${ref}`, "--env-file", file, "--yes"],
        ]);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
      return `${secrets.map(([name]) => name).join(", ")} set`;
    },
  };
}

/**
 * The project's secrets: name → SHA-256 of the value.
 *
 * @throws CommandError `cli_failed`
 */
export async function listSecrets(
  installation: Pick<Installation, "cli" | "requireRef">,
): Promise<Map<string, string>> {
  const { stdout } = await installation.cli([
    ...["secrets", "list", `--remote=${await installation.requireRef()}`],
    ...["-o", "json", "--agent=no"],
  ]);
  return readDigests(stdout);
}

/** The CLI lists SHA-256 digests in the place of values. */
function readDigests(stdout: string): Map<string, string> {
  try {
    const listed: unknown = JSON.parse(stdout);
    const secrets = Array.isArray(listed) ? listed : [];
    return new Map(secrets.map(({ name, value, digest }) => [name, String(digest ?? value ?? "")]));
  } catch {
    return new Map();
  }
}

/** Single quotes keep everything as it is; JSON holds none unless a secret does. */
function quote(value: string): string {
  return value.includes("'") ? JSON.stringify(value) : `'${value}'`;
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
