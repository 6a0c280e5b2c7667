/** Chromium for tests in a browser: found, or as root on Debian installed. */
import type { Browser, BrowserContext } from "playwright-core";

const EXECUTABLE = "/usr/bin/chromium";
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** @returns Why there is none; undefined when there is one. */
export async function findChromium(): Promise<string | undefined> {
  if (isThere()) return undefined;
  const canInstall = Deno.build.os === "linux" && Deno.uid() === 0 &&
    isThere("/etc/debian_version");
  if (!canInstall) return `${EXECUTABLE} was not found`;
  const lock = ["-qq", "-o", "DPkg::Lock::Timeout=300"];
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", "chromium"]]) {
    const { success, stderr } = await new Deno.Command("apt-get", {
      args: [...lock, ...args],
      env: { DEBIAN_FRONTEND: "noninteractive" },
      stdin: "null",
      stdout: "null",
    }).output();
    if (!success) {
      const last = new TextDecoder().decode(stderr).trim().split("\n").at(-1);
      return `${EXECUTABLE} was not found, and apt-get ${args[0]} failed: ${last}`;
    }
  }
  return isThere() ? undefined : `${EXECUTABLE} was not found after its installation`;
}

/** Runs something in a Chromium of its own, with an empty profile. */
export async function withChromium(fn: (browser: BrowserContext) => Promise<void>): Promise<void> {
  // Loaded by those who need it: it takes half a second.
  const { chromium } = await import("playwright-core");
  const profile = await Deno.makeTempDir({ prefix: "chromium-" });
  try {
    const browser = await chromium.launchPersistentContext(profile, {
      executablePath: EXECUTABLE,
      args: FLAGS,
    });
    try {
      await fn(browser);
    } finally {
      await browser.close();
    }
  } finally {
    await Deno.remove(profile, { recursive: true });
  }
}

/** A Chromium for a whole file of tests, whose pages come in contexts with sessions of their own. It is closed by its user. */
export async function launchChromium(): Promise<Browser> {
  const { chromium } = await import("playwright-core");
  return await chromium.launch({ executablePath: EXECUTABLE, args: FLAGS });
}

function isThere(path = EXECUTABLE): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
