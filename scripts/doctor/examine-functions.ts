import type { Installation } from "../setup/installation.ts";
import type { ProjectAnswer } from "../support/project-client.ts";
import { functionsStep } from "../setup/steps/functions.ts";
import type { Examination, Finding, Fix } from "./finding.ts";
import { fixByStep } from "./fixes.ts";

/** Whether each function answers, is configured and takes the secret key. */
export function examineFunctions(installation: Installation): Examination {
  return {
    name: "functions",
    examine: async () => {
      const client = await installation.client();
      const { url } = await installation.project();
      const webhook = await client.call("webhook");
      const sync = await client.call("sync");
      const mediaList = await client.call("media-list?limit=1");
      const deploy = await installation.isHosted()
        ? fixByStep(functionsStep(installation))
        : undefined;
      return [
        examineWebhook(webhook, `${url}/functions/v1/webhook`, deploy),
        examineKeyed("sync", sync, deploy),
        examineKeyed("media-list", mediaList, deploy),
        examineKey(sync),
      ];
    },
  };
}

function examineWebhook(
  { status, body }: ProjectAnswer,
  address: string,
  deploy: Fix | undefined,
): Finding {
  const check = "function webhook";
  if (status !== 200 || body === null) return examineKeyed("webhook", { status, body }, deploy);
  if (body.configured !== true) {
    return {
      check,
      status: "problem",
      message: `the functions have no Cloudinary credentials: ${
        (body.missing ?? []).join(", ") || "not configured"
      }`,
      mend: "deno task setup --only secrets",
    };
  }
  if (body.url !== address) {
    return {
      check,
      status: "problem",
      message: `it calls itself ${body.url}, and was asked at ${address}`,
      mend:
        "set SUPABASE_URL to the project's own address, then deno task setup --only webhook,vault",
    };
  }
  const last = body.last_received_at;
  const received = last ? `last notification ${last}` : "no notification yet";
  return { check, status: "ok", message: `configured; ${received}` };
}

/** A refused key says that the function is there; {@linkcode examineKey} tells about the key. */
function examineKeyed(name: string, answer: ProjectAnswer, deploy: Fix | undefined): Finding {
  const check = `function ${name}`;
  const answers = answer.status === 200 || [401, 403].includes(answer.status);
  return answers && answer.body !== null
    ? { check, status: "ok", message: "answers" }
    : notThere(check, answer, deploy);
}

function examineKey({ status }: ProjectAnswer): Finding {
  const check = "secret key";
  if (status === 401 || status === 403) {
    return {
      check,
      status: "problem",
      message: `sync refuses it with status ${status}`,
      mend:
        "put a secret key of this very project into SUPABASE_SECRET_KEY (dashboard, Settings, " +
        "API Keys), then deno task setup --only vault",
    };
  }
  return status === 200
    ? { check, status: "ok", message: "accepted" }
    : { check, status: "skipped", message: "see function sync" };
}

function notThere(
  check: string,
  { status, body }: ProjectAnswer,
  deploy: Fix | undefined,
): Finding {
  const reason = body?.error ?? body?.message ?? body?.msg;
  return {
    check,
    status: "problem",
    message: `answers with status ${status}${reason ? `: ${reason}` : ""}`,
    mend: status === 404
      ? "deno task deploy"
      : "deno task deploy, then read the function's log in the dashboard (Edge Functions, Logs)",
    ...(status === 404 && deploy ? { fix: deploy } : {}),
  };
}
