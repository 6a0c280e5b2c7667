import type { Database } from "./database.types.ts";
import type { ArgumentShapes } from "./argument-shapes.ts";
import type { FunctionResults } from "./function-results.ts";

type Functions = Database["public"]["Functions"];

/** Names of the SQL functions in `public`. */
export type FunctionName = keyof Functions;

/** Names of all their arguments. A function without any is generated as taking every name. */
export type ArgumentName = {
  [Name in FunctionName]: Exclude<
    string extends keyof Functions[Name]["Args"] ? never : keyof Functions[Name]["Args"],
    symbol | number
  >;
}[FunctionName];

/**
 * The arguments of an SQL function by name.
 *
 * The generated types know neither the shapes of jsonb, which stand in {@link ArgumentShapes}, nor null: an argument may
 * be null where its declaration says `default`, hence where it may be left out as well.
 */
export type FunctionArguments<Name extends FunctionName> = string extends
  keyof Functions[Name]["Args"] ? Record<PropertyKey, never>
  : {
    [Argument in keyof Functions[Name]["Args"]]:
      | ArgumentValue<Argument, Functions[Name]["Args"][Argument]>
      | (Record<PropertyKey, never> extends Pick<Functions[Name]["Args"], Argument> ? null : never);
  };

type ArgumentValue<Argument, Generated> = Argument extends keyof ArgumentShapes
  ? ArgumentShapes[Argument]
  : Generated;

/** What an SQL function returns: as {@link FunctionResults} says, else as generated. */
export type FunctionResult<Name extends FunctionName> = Name extends keyof FunctionResults
  ? FunctionResults[Name]
  : Functions[Name]["Returns"];

/** Compiles only while the hand-written shapes name functions and arguments that exist. */
export type KnownNames = Checked<keyof FunctionResults, FunctionName, keyof ArgumentShapes>;
type Checked<
  _Results extends Known,
  Known extends string,
  _Shapes extends ArgumentName,
> = Known;
