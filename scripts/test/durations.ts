/** As much work as half of all quick tests, or of their suite. */
const HEAVY =
  /\/scenarios\/(values|existence)(\.slow)?\.test\.ts$|\/simulation\/webhooks\.test\.ts$/;

/** Whether a test file takes longer than somebody who is editing wants to wait; its name says so. */
export function isSlow(file: string): boolean {
  return /\.slow\.test\.tsx?$/.test(file);
}

/** Whether a test file takes as long as many others. */
export function isHeavy(file: string): boolean {
  return HEAVY.test(file);
}

/** Files in the order in which they are to be started: with a long one at the end, all cores but one would be idle. */
export function longestFirst(files: string[]): string[] {
  const rank = (file: string) => isHeavy(file) ? 0 : isSlow(file) ? 1 : 2;
  return files.toSorted((one, other) => rank(one) - rank(other));
}
