import { parseArgs, type ParseArgsConfig } from "node:util";
import { CommandError } from "./command-error.ts";

type Options = NonNullable<ParseArgsConfig["options"]>;

/**
 * Reads flags; words that are no flag are refused.
 *
 * @param task The task's name, for the hint.
 * @throws CommandError `bad_arguments`
 */
export function readFlags<const Known extends Options>(
  task: string,
  args: string[],
  options: Known,
) {
  try {
    return parseArgs({ args, options, allowPositionals: false, strict: true }).values;
  } catch (error) {
    throw badArguments(task, error instanceof Error ? error.message : String(error));
  }
}

/** A wrong command line. */
export function badArguments(task: string, message: string): CommandError {
  return new CommandError("bad_arguments", `${message}\nSee: deno task ${task} --help`, 2);
}

/**
 * A flag's value that must be one of a few.
 *
 * @throws CommandError `bad_arguments`
 */
export function oneOf<const Choice extends string>(
  task: string,
  flag: string,
  value: string,
  choices: readonly Choice[],
): Choice {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) {
    throw badArguments(task, `--${flag} takes ${choices.join(", ")}; not ${value}.`);
  }
  return found;
}

/**
 * A flag's value that must be a whole number.
 *
 * @throws CommandError `bad_arguments`
 */
export function wholeNumber(
  task: string,
  flag: string,
  value: string,
  minimum: number,
  maximum: number,
): number {
  const number = /^\d+$/.test(value) ? Number(value) : NaN;
  if (number >= minimum && number <= maximum) return number;
  throw badArguments(task, `--${flag} takes a whole number from ${minimum} to ${maximum}.`);
}
