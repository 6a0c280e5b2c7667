/**
 * Asks the policies on `realtime.messages`, as Realtime does: whoever sees a message of a topic may receive there,
 * whoever may insert one may send. Nothing of the trial stays.
 */
import type { LocalDatabase, SqlRunner } from "../database.ts";
import type { Caller } from "./caller.ts";

/** What a caller may do on a private topic. */
export interface Policies {
  mayReceive(caller: Caller, topic: string): Promise<boolean>;
  maySend(caller: Caller, topic: string): Promise<boolean>;
}

/** A policy that fails, or a role that does not exist, allows nothing; `log` gets the reason. */
export function createPolicies(database: LocalDatabase, log: (line: string) => void): Policies {
  const tryOut = async (what: string, trial: (sql: SqlRunner) => Promise<boolean>) => {
    let allowed = false;
    try {
      await database.transaction(async (sql) => {
        allowed = await trial(sql);
        throw new TakenBack();
      });
    } catch (error) {
      if (error instanceof TakenBack) return allowed;
      const code = (error as { code?: string }).code;
      if (code !== insufficientPrivilege) log(`${what} refused: ${messageOf(error)}`);
    }
    return false;
  };
  return {
    mayReceive: (caller, topic) =>
      tryOut(`receiving on ${topic}`, async (sql) => {
        const id = crypto.randomUUID();
        await sql.query(
          "insert into realtime.messages (id, topic, extension) values ($1::uuid, $2, 'broadcast')",
          [id, topic],
        );
        await become(sql, caller, topic);
        const seen = await sql.query("select from realtime.messages where id = $1::uuid", [id]);
        return seen.length > 0;
      }),
    maySend: (caller, topic) =>
      tryOut(`sending on ${topic}`, async (sql) => {
        await become(sql, caller, topic);
        await sql.query(
          "insert into realtime.messages (topic, extension) values ($1, 'broadcast')",
          [topic],
        );
        return true;
      }),
  };
}

const insufficientPrivilege = "42501";

/** Rolls a trial back. */
class TakenBack extends Error {}

/** The settings that Realtime makes, for the rest of the transaction. */
export async function become(sql: SqlRunner, caller: Caller, topic: string): Promise<void> {
  await sql.query(
    `select set_config('role', $1, true), set_config('realtime.topic', $2, true),
       set_config('request.jwt.claims', $3, true), set_config('request.jwt.claim.sub', $4, true),
       set_config('request.jwt.claim.role', $1, true)`,
    [caller.role, topic, JSON.stringify(caller.claims), caller.claims.sub ?? ""],
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
