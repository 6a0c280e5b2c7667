/** `deno task doctor` on clocks that differ. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { examineClock } from "../../../scripts/doctor/examine-clock.ts";
import type { Finding } from "../../../scripts/doctor/finding.ts";
import type { Installation } from "../../../scripts/setup/installation.ts";

const NOON = Date.parse("2026-06-01T12:00:00Z");

/** An installation whose database and gateway have these times, as far as the examination asks. */
function installation(database: number | null, gateway: number | null): Installation {
  const client = {
    rpc: () =>
      Promise.resolve({
        status: database === null ? 404 : 200,
        data: database === null ? null : new Date(database).toISOString(),
        message: "",
      }),
    time: () => Promise.resolve(gateway),
  };
  return { client: () => Promise.resolve(client) } as unknown as Installation;
}

const cases: [
  title: string,
  database: number | null,
  gateway: number | null,
  status: Finding["status"],
  told: string,
][] = [
  ["all agree", NOON + 2_000, NOON - 3_000, "ok", "agree"],
  ["the gateway tells no time", NOON, null, "ok", "agree"],
  ["this machine is an hour behind", NOON + 3_600_000, NOON + 3_600_000, "warning", "3600 s"],
  ["the gateway is two minutes ahead", NOON, NOON + 120_000, "problem", "120 s"],
  ["the database tells no time", null, NOON, "skipped", "404"],
];
for (const [title, database, gateway, status, told] of cases) {
  Deno.test(`${title} → ${status}`, async () => {
    const findings = await examineClock(installation(database, gateway), () => NOON).examine();
    assertEquals(findings.map((finding) => finding.status), [status]);
    assertStringIncludes(findings[0]!.message, told);
  });
}
