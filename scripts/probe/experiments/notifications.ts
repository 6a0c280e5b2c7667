import { type Finding, found, unknown } from "../finding.ts";
import type { Lab } from "../lab.ts";
import type { Received } from "../receiver.ts";
import type { Experiment } from "./experiment.ts";

/** Which edits are told, and in what shape. */
export const notifications: Experiment = {
  facts: [
    ...["payload_shapes", "context_delta", "upload_edits_notify"] as const,
    ...["restore_notifies", "notification_url_additive"] as const,
  ],
  adminCalls: 6,
  needsReceiver: true,
  async run(lab) {
    const { account } = lab;
    await subscribe(lab);
    await lab.put("told");
    await update(lab, "told", [["tags", "one"], ["context", "alt=A"]]);
    const tags = await event(lab, "resource_tags_changed", "told");
    const context = await event(lab, "resource_context_changed", "told");

    await account.upload("image/tags", {
      command: "add",
      tag: "two",
      public_ids: [lab.name("told")],
    });
    await lab.put("own-address", { notification_url: lab.receiver!.address("call") });
    const isRestored = await deleteAndRestore(lab);
    await marker(lab);
    const received = lab.receiver!.received;
    const telling = (word: string) =>
      received.some(({ payload }) =>
        payload.notification_type === "resource_tags_changed" &&
        JSON.stringify(payload).includes(word)
      );
    const uploads = (name: string, by: string) =>
      received.filter(({ payload, by: way }) =>
        payload.notification_type === "upload" && payload.public_id === lab.name(name) &&
        way === by
      ).length;
    const own = uploads("own-address", "call");
    return [
      ...shapesOf(tags, context),
      found("upload_edits_notify", telling('"two"'), "a tag added through the Upload API"),
      isRestored
        ? found(
          "restore_notifies",
          uploads("restored", "trigger") > 1,
          `${
            uploads("restored", "trigger")
          } upload notifications of an asset uploaded and restored`,
        )
        : unknown("restore_notifies", "the asset was not restored"),
      own === 0
        ? unknown("notification_url_additive", "no notification came to the call's own address")
        : found(
          "notification_url_additive",
          uploads("own-address", "trigger") > 0,
          "an upload with a notification_url of its own",
        ),
    ];
  },
};

/** How notifications are tried again. Cloudinary takes three minutes for it. */
export const retries: Experiment = {
  facts: ["notification_resign", "notification_success"],
  adminCalls: 1,
  needsReceiver: true,
  async run(lab) {
    const { receiver } = lab;
    await subscribe(lab);
    const about = (name: string) => (notification: Received) =>
      notification.payload.notification_type === "upload" &&
      notification.payload.public_id === lab.name(name);
    receiver!.answerWith((notification) => {
      if (about("answered-201")(notification)) return 201;
      const isFirst = receiver!.received.filter(about("answered-500")).length === 1;
      return about("answered-500")(notification) && isFirst ? 500 : 200;
    });
    await lab.put("answered-201");
    await lab.put("answered-500");
    let again: Received[] | undefined;
    for (let minute = 0; minute < 5 && again === undefined; minute++) {
      again = await lab.until(() => {
        const tries = receiver!.received.filter(about("answered-500"));
        return tries.length > 1 ? tries : undefined;
      });
    }
    if (again === undefined) {
      return retries.facts.map((name) => unknown(name, "no second try came within five minutes"));
    }
    // The other one was sent earlier, so that its second try would have come by now.
    await lab.wait(10_000);
    const other = receiver!.received.filter(about("answered-201")).length;
    const stamps = again.map(({ timestamp }) => timestamp);
    return [
      found("notification_resign", stamps[0] !== stamps[1], `timestamps ${stamps.join(", ")}`),
      found("notification_success", other > 1 ? "200" : "2xx", `an answer 201: ${other} tries`),
    ];
  },
};

/** One webhook for everything, for the time of the probe. */
async function subscribe({ account, made, receiver }: Lab): Promise<void> {
  if (made.triggers.size > 0) return;
  const { body } = await account.admin("POST", "triggers", {
    json: { uri: receiver!.address("trigger"), event_type: "all", uri_type: "webhook" },
  });
  if (typeof body.id === "string") made.triggers.add(body.id);
}

function update({ account, name }: Lab, part: string, form: [string, string][]) {
  const path = `resources/image/upload/${encodeURIComponent(name(part))}`;
  return account.admin("POST", path, { form });
}

function event(lab: Lab, type: string, part: string): Promise<Received | undefined> {
  return lab.until(() =>
    lab.receiver!.received.find(({ payload }) =>
      payload.notification_type === type && JSON.stringify(payload).includes(lab.name(part))
    )
  );
}

async function deleteAndRestore(lab: Lab): Promise<boolean> {
  const { body } = await lab.put("restored", { backup: "true" });
  await lab.account.upload("image/destroy", { public_id: lab.name("restored") });
  const { status, body: restored } = await lab.account.admin("POST", "resources/restore", {
    json: { asset_ids: [body.asset_id] },
  });
  for (const asset of Object.values<Record<string, unknown>>(restored)) lab.remember(asset);
  return status === 200 && (await lab.detail("restored")).body.placeholder !== true;
}

/** An edit that is told for certain: what has not come when it comes was not sent. */
async function marker(lab: Lab): Promise<void> {
  await lab.put("marker");
  await update(lab, "marker", [["tags", "marker"]]);
  await event(lab, "resource_tags_changed", "marker");
  await lab.wait(5_000);
}

function shapesOf(tags: Received | undefined, context: Received | undefined): Finding[] {
  if (tags === undefined || context === undefined) {
    const seen = "an update of tags and context was not told";
    return [unknown("payload_shapes", seen), unknown("context_delta", seen)];
  }
  const shapes = [tags, context].map(({ payload }) =>
    Array.isArray(payload.resources) ? "array" : "map"
  );
  const names = {
    "array,map": "documented",
    "map,array": "swapped",
    "array,array": "array",
    "map,map": "map",
  } as const;
  const [item] = Object.values(context.payload.resources) as [{ added?: unknown }];
  return [
    found(
      "payload_shapes",
      names[shapes.join() as keyof typeof names],
      `tags as ${shapes[0]}, context as ${shapes[1]}`,
    ),
    found(
      "context_delta",
      Array.isArray(item?.added) ? "list" : "object",
      JSON.stringify(item?.added),
    ),
  ];
}
