import { texts } from "../texts/mod.ts";
import { Icon } from "./icon.tsx";

/** What a view says that could not read what it shows. */
export function Trouble({ error, onRetry }: { error: unknown; onRetry(): void }) {
  if (error === undefined || error === null) return null;
  return (
    <p class="callout callout-error" role="alert">
      <Icon name="warning" />
      <span>{error instanceof Error ? error.message : String(error)}</span>
      <button type="button" class="button" onClick={onRetry}>{texts.tryAgain}</button>
    </p>
  );
}
