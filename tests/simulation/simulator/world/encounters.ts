/** What a plan has in store for single messages, so that it shows one thing without waiting for the seed's chance. */

/** What the next messages of a kind meet. */
export interface Encounter {
  /**
   * A regular expression over `<function>#<n> <call>` as in a trace, and over `<database> notification <type> <body>`.
   */
  messages: string;
  /** How many of them; 1 where it is not told. */
  times?: number;
  /**
   * What becomes of it; it arrives and is answered where it is not told. `kill`: it arrives, and who sent it dies. A
   * notification comes `twice`, or is lost.
   */
  fate?: "reset" | "error" | "lost" | "hang" | "limited" | "kill" | "twice";
  /** Its way there, ms; drawn where it is not told. */
  wait?: number;
  /** The answer's way back, ms. */
  answer?: number;
}

/** The encounters that are still to come. */
export interface Encounters {
  add(encounter: Encounter): void;
  /** The first encounter that waits for such a message; it is used up by that. */
  take(message: string): Encounter | undefined;
}

/** Makes a list of none. */
export function createEncounters(): Encounters {
  let waiting: { encounter: Encounter; messages: RegExp; left: number }[] = [];
  return {
    add: (encounter) => {
      const messages = new RegExp(encounter.messages);
      waiting.push({ encounter, messages, left: encounter.times ?? 1 });
    },
    take: (message) => {
      const met = waiting.find(({ messages }) => messages.test(message));
      if (met === undefined) return undefined;
      met.left--;
      waiting = waiting.filter(({ left }) => left > 0);
      return met.encounter;
    },
  };
}
