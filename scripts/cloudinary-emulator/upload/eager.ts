import type { Exchange } from "../http/route.ts";
import { changeAsset } from "../library/change-asset.ts";
import type { Cause } from "../notifications/cause.ts";
import { stamped } from "../notifications/events.ts";
import type { Parameters } from "../shapes/parameters.ts";
import { derivedUrl, type Json } from "../shapes/resource.ts";
import type { Account } from "../store/account.ts";
import type { Asset, Derived } from "../store/asset.ts";

/**
 * Makes the derived versions that `eager` asks for. With `eager_async` an `eager` event tells about
 * them; its URL may be `eager_notification_url`.
 *
 * @returns the `eager` list of the answer; undefined when nothing was asked
 */
export function makeEager(
  exchange: Exchange,
  cause: Cause,
  asset: Asset,
  parameters: Parameters,
): Json | undefined {
  const { clock, random, assets, notifier } = exchange;
  const wanted = (parameters.text("eager") ?? "").split("|").filter((text) => text !== "");
  const row = assets.getById(asset.asset_id);
  if (wanted.length === 0 || row === undefined) return undefined;
  const made = wanted.map((text): Derived => {
    const slash = text.lastIndexOf("/");
    const hasFormat = slash >= 0 && /^\w{2,5}$/.test(text.slice(slash + 1));
    return {
      id: random.hexadecimal(32),
      transformation: hasFormat ? text.slice(0, slash) : text,
      format: hasFormat ? text.slice(slash + 1) : asset.format ?? "",
      bytes: Math.max(1, Math.floor(asset.bytes / 2)),
    };
  });
  const kept = row.asset.derived.filter((old) =>
    !made.some((fresh) => fresh.transformation === old.transformation)
  );
  changeAsset(exchange, row, { derived: [...kept, ...made] });
  const described = made.map((derived) => describeEager(exchange.account, asset, derived));
  if (!parameters.flag("eager_async")) return { eager: described };
  const batch_id = random.hexadecimal(32);
  const url = parameters.text("eager_notification_url");
  notifier.notify(url ? { ...cause, notification_url: url } : cause, "eager", {
    ...stamped(clock),
    batch_id,
    asset_id: asset.asset_id,
    public_id: asset.public_id,
    api_key: cause.api_key,
    eager: described,
  });
  return {
    batch_id,
    eager: described.map((item) => ({ ...item, status: "processing", batch_id })),
  };
}

function describeEager(account: Account, asset: Asset, derived: Derived): Json {
  const url = derivedUrl(account, asset, derived.transformation);
  return {
    transformation: derived.transformation,
    width: asset.width,
    height: asset.height,
    bytes: derived.bytes,
    format: derived.format,
    url,
    secure_url: url,
  };
}
