import type { Asset } from "../store/asset.ts";
import { type Field, type FieldValue, findField } from "./fields.ts";
import type { Expression, Operator } from "./grammar.ts";
import { datePrecision, readDate, readNumber, tokenize, wildcardPattern } from "./values.ts";

/** Decides whether an asset matches. */
export type Predicate = (asset: Asset) => boolean;

/** What an expression is compiled against. */
export interface EvaluationContext {
  /** The time that relative dates count back from, ms. */
  readonly now: number;
  readonly rangeUpperInclusive: boolean;
  readonly isDeleted: (asset: Asset) => boolean;
}

/**
 * Compiles an expression. A field that does not exist matches nothing; it is no error.
 *
 * @throws Failure 400 when a date literal is no date
 */
export function compileExpression(expression: Expression, context: EvaluationContext): Predicate {
  switch (expression.kind) {
    case "and": {
      const operands = expression.operands.map((operand) => compileExpression(operand, context));
      return (asset) => operands.every((operand) => operand(asset));
    }
    case "or": {
      const operands = expression.operands.map((operand) => compileExpression(operand, context));
      return (asset) => operands.some((operand) => operand(asset));
    }
    case "not": {
      const operand = compileExpression(expression.operand, context);
      return (asset) => !operand(asset);
    }
    case "text":
      return compileText(expression.value);
    case "compare":
      return compileComparison(expression, context);
    case "range":
      return compileRange(expression, context);
  }
}

function compileComparison(
  expression: Extract<Expression, { kind: "compare" }>,
  context: EvaluationContext,
): Predicate {
  const { field: name, operator, value } = expression;
  if (name === "status") {
    const wantsDeleted = value === "deleted";
    return (asset) =>
      (value === "active" || wantsDeleted) &&
      context.isDeleted(asset) === wantsDeleted;
  }
  const field = findField(name);
  if (field === undefined) return () => false;
  switch (field.kind) {
    case "date":
      return compileDate(field, operator, value, context);
    case "number":
      return compileNumber(field, operator, value);
    case "folder":
      return compileFolder(field, operator, value);
    default:
      return compileWords(field, operator, value);
  }
}

function compileDate(
  field: Field,
  operator: Operator,
  value: string,
  context: EvaluationContext,
): Predicate {
  const time = readDate(value, context.now);
  const read = field.read as (asset: Asset) => number | undefined;
  // A literal names a span (a day, a second); "=" is inside it, ">" starts after it.
  const end = time + datePrecision(value);
  return (asset) => {
    const actual = read(asset);
    if (actual === undefined) return false;
    switch (operator) {
      case ">":
        return actual >= end || (actual > time && end - time <= 1000);
      case ">=":
        return actual >= time;
      case "<":
        return actual < time;
      case "<=":
        return actual < end;
      default:
        return actual >= time && actual < end;
    }
  };
}

function compileNumber(field: Field, operator: Operator, value: string): Predicate {
  const wanted = readNumber(value);
  const read = field.read as (asset: Asset) => number | undefined;
  return (asset) => compareOrdered(read(asset), operator, wanted);
}

function compareOrdered<T extends string | number>(
  actual: T | undefined,
  operator: Operator,
  wanted: T,
): boolean {
  if (actual === undefined) return false;
  switch (operator) {
    case ">":
      return actual > wanted;
    case ">=":
      return actual >= wanted;
    case "<":
      return actual < wanted;
    case "<=":
      return actual <= wanted;
    default:
      return actual === wanted;
  }
}

function compileFolder(field: Field, operator: Operator, value: string): Predicate {
  const read = field.read as (asset: Asset) => string;
  if (operator === ":" && value.endsWith("/*")) {
    const root = value.slice(0, -2);
    return (asset) => read(asset) === root || read(asset).startsWith(`${root}/`);
  }
  if (operator === ":" && value.includes("*")) {
    const pattern = wildcardPattern(value);
    return (asset) => pattern.test(read(asset));
  }
  return (asset) => compareOrdered(read(asset), operator, value);
}

function compileWords(field: Field, operator: Operator, value: string): Predicate {
  if (operator === "=") {
    return (asset) => someText(field.read(asset), (text) => text === value);
  }
  if (operator !== ":") {
    const wanted = readNumber(value);
    return (asset) => {
      const actual = field.read(asset);
      if (typeof actual === "number") return compareOrdered(actual, operator, wanted);
      return someText(actual, (text) => compareOrdered(text, operator, value));
    };
  }
  if (value.includes("*")) {
    const pattern = wildcardPattern(value);
    return (asset) => someText(field.read(asset), (text) => pattern.test(text));
  }
  if (field.kind === "keyword") {
    const wanted = value.toLowerCase();
    return (asset) => someText(field.read(asset), (text) => text.toLowerCase() === wanted);
  }
  const words = tokenize(value);
  return (asset) =>
    someText(field.read(asset), (text) => text === value || containsWords(text, words));
}

function compileText(value: string): Predicate {
  const words = tokenize(value);
  const pattern = value.includes("*") ? wildcardPattern(value) : undefined;
  return (asset) => {
    const texts = [
      asset.public_id,
      asset.display_name,
      asset.asset_folder,
      ...asset.tags,
      ...Object.values(asset.context),
      ...Object.values(asset.metadata).flat().map(String),
    ];
    return texts.some((text) => pattern?.test(text) ?? containsWords(text, words));
  };
}

function compileRange(
  expression: Extract<Expression, { kind: "range" }>,
  context: EvaluationContext,
): Predicate {
  const field = findField(expression.field);
  if (field === undefined) return () => false;
  const includesHigh = expression.closing === "]" && context.rangeUpperInclusive;
  const readBound = (literal: string): number | undefined => {
    if (literal === "*") return undefined;
    return field.kind === "date" ? readDate(literal, context.now) : readNumber(literal);
  };
  const low = readBound(expression.low);
  const high = readBound(expression.high);
  return (asset) => {
    const actual = field.read(asset);
    if (typeof actual !== "number") return false;
    if (low !== undefined && (expression.includesLow ? actual < low : actual <= low)) return false;
    return high === undefined || (includesHigh ? actual <= high : actual < high);
  };
}

function someText(value: FieldValue, test: (text: string) => boolean): boolean {
  if (value === undefined) return false;
  if (typeof value === "object") return value.some(test);
  return test(String(value));
}

function containsWords(text: string, words: readonly string[]): boolean {
  if (words.length === 0) return false;
  const tokens = new Set(tokenize(text));
  return words.every((word) => tokens.has(word));
}
