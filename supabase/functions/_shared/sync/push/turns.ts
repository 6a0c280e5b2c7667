/** Does works in the order in which they were asked for, no more at a time than there are places. */
export type InTurn = <Result>(work: () => Promise<Result>) => Promise<Result>;

/**
 * A queue of its own: what is asked of it waits until a place is free; whoever had it may have ended well or badly.
 *
 * @param places How many at the same time.
 */
export function createTurns(places = 1): InTurn {
  let free = places;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      // The place goes from hand to hand, so that nobody slips in between.
      else next();
    }
  };
}
