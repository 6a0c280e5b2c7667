import type { Emulator } from "../state/emulator.ts";
import { texts } from "../texts/mod.ts";

const time = new Intl.DateTimeFormat("en", { timeStyle: "medium", hour12: false });

/** The last calls that the emulated Cloudinary got, or the last webhooks that it sent. */
export function EmulatedTraffic(
  { emulator, kind }: { emulator: Emulator; kind: "calls" | "webhooks" },
) {
  const lines = kind === "calls"
    ? emulator.calls.value.map(({ at, endpoint, status, fault }, index) => ({
      key: `${at}-${index}`,
      at,
      text: endpoint,
      result: fault ?? String(status),
      isBad: status >= 400 || fault !== undefined,
    }))
    : emulator.deliveries.value.map(({ index, notification_type, attempts, outcome }) => ({
      key: String(index),
      at: attempts.at(-1)?.at ?? null,
      text: notification_type.replaceAll("_", " "),
      result: texts.emulator.outcomes[outcome],
      isBad: outcome === "failed" || outcome === "dropped",
    }));
  if (lines.length === 0) return <p class="quiet">{texts.emulator.none}</p>;
  return (
    <ol class="traffic" aria-label={texts.emulator.partNames[kind]}>
      {lines.map(({ key, at, text, result, isBad }) => (
        <li key={key}>
          <time class="quiet" dateTime={at ?? undefined}>
            {at === null ? "–" : time.format(new Date(at))}
          </time>
          <span>{text}</span>
          <span class={isBad ? "error" : "quiet"}>{result}</span>
        </li>
      ))}
    </ol>
  );
}
