import { CommandError } from "../support/command-error.ts";
import type { Surroundings } from "../support/command.ts";
import type { Installation } from "../setup/installation.ts";
import type { SetupStep } from "../setup/step.ts";
import { runToEnd } from "../sync/run-to-end.ts";
import { connectToRealtime } from "./connect-to-realtime.ts";
import type { Fix } from "./finding.ts";

/** A step of `deno task setup`, done anew. */
export function fixByStep(step: SetupStep): Fix {
  return { command: `deno task setup --only ${step.name}`, run: () => step.apply() };
}

/** A function of the database that a secret key may call. */
export function fixByCall(installation: Installation, name: string): Fix {
  return {
    command: `select public.${name}();`,
    run: async () => {
      const { status, message } = await (await installation.client()).rpc(name);
      if (status < 300) return `${name} is done`;
      throw new CommandError("fix_refused", `${name} was refused (status ${status}): ${message}`);
    },
  };
}

/** A statement that only the database's owner may run. */
export function fixByStatement(installation: Installation, statement: string): Fix {
  return {
    command: `${statement};`,
    run: async () => {
      await (await installation.database()).query(statement);
      return "the statement ran";
    },
  };
}

/** A full reconcile, to its end. */
export function fixBySync(installation: Installation, surroundings: Surroundings): Fix {
  return {
    command: "deno task sync --full",
    run: async () => {
      const client = await installation.client();
      const { message, data } = await runToEnd(client, { full: true }, surroundings, {
        onRun: () => {},
        onNote: (note) => surroundings.printError(note),
      });
      if (data.status === "completed") return message;
      throw new CommandError("sync_unfinished", `The run is ${data.status}: ${message}`);
    },
  };
}

/** Realtime makes its tables and the day's partition when a client connects; then viewers may be let in. */
export function fixLiveUpdates(installation: Installation): Fix {
  return {
    command: "connect to Realtime once, then select public.enable_media_broadcast();",
    run: async () => {
      const { url, secretKey } = await installation.project();
      await connectToRealtime(url, secretKey);
      return await fixByCall(installation, "enable_media_broadcast").run();
    },
  };
}
