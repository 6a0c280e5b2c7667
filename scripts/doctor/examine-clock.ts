import type { Installation } from "../setup/installation.ts";
import type { Examination, Finding } from "./finding.ts";

/** Cloudinary refuses uploads signed an hour ago, functions notifications signed five minutes ahead. */
const MOST_SKEW_MS = 60_000;

/** Whether this machine, the database and the project's gateway agree about the time. */
export function examineClock(installation: Installation, now: () => number): Examination {
  const check = "clock";
  return {
    name: check,
    examine: async () => {
      const client = await installation.client();
      const began = now();
      const { status, data } = await client.rpc("media_sync_clock");
      const here = (began + now()) / 2;
      const database = typeof data === "string" ? Date.parse(data) : NaN;
      if (Number.isNaN(database)) {
        return [{
          check,
          status: "skipped",
          message: `the database told no time (status ${status})`,
        }];
      }
      const gateway = await client.time();
      const findings: Finding[] = [];
      if (Math.abs(database - here) > MOST_SKEW_MS) {
        findings.push({
          check,
          status: "warning",
          message: `this machine and the database differ by ${seconds(database - here)} s`,
          mend: "set this machine's clock by the network: what it signs counts as stale elsewhere",
        });
      }
      if (gateway !== null && Math.abs(gateway - database) > MOST_SKEW_MS) {
        findings.push({
          check,
          status: "problem",
          message: `the functions' gateway and the database differ by ${
            seconds(gateway - database)
          } s`,
          mend:
            "ask the platform's support: signatures of notifications and uploads are judged by it",
        });
      }
      return findings.length > 0
        ? findings
        : [{ check, status: "ok", message: "this machine, the database and the gateway agree" }];
    },
  };
}

function seconds(milliseconds: number): number {
  return Math.round(Math.abs(milliseconds) / 1_000);
}
