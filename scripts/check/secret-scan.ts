import type { Finding } from "./finding.ts";
import type { RepositoryFile } from "./repository-files.ts";

/** A kind of secret. The last group that matched is the secret part, which decides whether it is a fake. */
interface SecretPattern {
  name: string;
  pattern: RegExp;
}

const PATTERNS: SecretPattern[] = [
  { name: "Cloudinary URL with a secret", pattern: /cloudinary:\/\/[^\s:@/"'`]+:([^\s@"'`]+)@/g },
  { name: "Supabase secret key", pattern: /\bsb_secret_([A-Za-z0-9_-]{12,})/g },
  { name: "Supabase access token", pattern: /\bsbp_([a-f0-9]{40})\b/g },
  { name: "JSON Web Token", pattern: /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.([\w-]{10,})/g },
  { name: "private key", pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----()/g },
  { name: "AWS access key", pattern: /\b(?:AKIA|ASIA)([0-9A-Z]{16})\b/g },
  { name: "GitHub token", pattern: /\bgh[pousr]_([A-Za-z0-9]{36})/g },
  { name: "npm token", pattern: /\bnpm_([A-Za-z0-9]{36})\b/g },
  {
    name: "database URL with a password",
    pattern: /\bpostgres(?:ql)?:\/\/[^\s:@/"'`]+:([^\s@"'`]+)@/g,
  },
  {
    name: "value of a secret",
    pattern:
      /(?:secret|password|passwd|token|api_?key|access_?key|private_?key)s?["'`]?\s*[:=]\s*["'`]([A-Za-z0-9+/_=-]{16,})["'`]/gi,
  },
  {
    name: "value of a secret",
    pattern: /^[A-Z0-9_]*(?:SECRET|PASSWORD|TOKEN|KEY)S?=([A-Za-z0-9+/_=-]{16,})\s*$/gm,
  },
];

/** Words that nobody's credential consists of; a value made of them and of separators is a fake. */
const FAKE_WORDS =
  /^(?:(?:an?|the|another|api|bad|cloud|default|demo|dummy|emulator|example|fake|for|invalid|key|local|my|new|not|of|old|only|other|password|placeholder|postgres|real|sample|secret|some|test|tests|token|unsafe|value|wrong|your)(?:[-_. ]|$)|\d{1,3}(?:[-_. ]|$))+$/i;

/**
 * Looks for credentials. Allowed are values that no service would hand out: placeholders (`<secret>`,
 * `${secret}`, `…`, `***`), values made of plain words such as `test-secret-1`, one repeated character, and
 * passwords of letters only for a database on the loopback address.
 *
 * @returns Where something that may be a credential stands, never the credential itself.
 */
export function scanForSecrets(files: RepositoryFile[]): Finding[] {
  const findings: Finding[] = [];
  for (const { path, text } of files) {
    for (const { name, pattern } of PATTERNS) {
      for (const match of text.matchAll(pattern)) {
        const value = match[1] ?? "";
        const rest = text.slice(match.index + match[0].length, match.index + match[0].length + 20);
        if (isFake(value, name) || isLocal(value, name, rest)) continue;
        const line = text.slice(0, match.index).split("\n").length;
        findings.push({ file: path, line, message: `looks like a ${name}` });
      }
    }
    if (/(^|\/)\.env(\.|$)/.test(path) && !path.endsWith(".env.example")) {
      findings.push({ file: path, message: "environment files stay out of the repository" });
    }
  }
  return findings;
}

/** A password of plain letters opens nothing on this machine's own loopback address. */
function isLocal(value: string, name: string, rest: string): boolean {
  return name === "database URL with a password" && !/\d/.test(value) &&
    /^(127\.0\.0\.1|localhost|\$\{)/.test(rest);
}

function isFake(value: string, name: string): boolean {
  if (name === "private key") return false;
  // Identifiers in code carry no digit; generated secrets without one are too rare to matter.
  if (name === "value of a secret" && !/\d/.test(value)) return true;
  return /[<>{}$…*%]|^\.{3}$/.test(value) || /^(.)\1*$/.test(value) || FAKE_WORDS.test(value);
}
