/** The account that is emulated. */
export interface Account {
  readonly cloudName: string;
  /** Secrets by API key, oldest first: the oldest key signs notifications. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Ms since the epoch. */
  readonly createdAt: number;
  /** Where assets are delivered from, e.g. `http://127.0.0.1:1234/res`. */
  readonly deliveryPrefix: () => string;
}

/** The account's oldest API key. */
export function oldestKey({ secrets }: Account): string {
  return secrets.keys().next().value ?? "";
}

/** The secret of the account's oldest API key. */
export function oldestSecret({ secrets }: Account): string {
  return secrets.values().next().value ?? "";
}
