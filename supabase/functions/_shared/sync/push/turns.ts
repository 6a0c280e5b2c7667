/** Does one work at a time, in the order in which they were asked for. */
export type InTurn = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** A queue of its own: what is asked of it waits until all that came before has ended, well or badly. */
export function createTurns(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    // Whoever asked hears of the failure; the next in turn must not.
    last = turn.catch(() => undefined);
    return turn;
  };
}
