/** The conditions of a `postgres_changes` subscription: `column=operator.value`, several by commas. */
import type { Json } from "./messages.ts";

/** One condition. */
export interface Condition {
  column: string;
  operator: string;
  value: string;
  /** Whether `not.` stands before the operator. */
  negate: boolean;
}

/** What a subscription asks for. */
export interface ChangeFilter {
  event: "*" | "INSERT" | "UPDATE" | "DELETE";
  /** `*`: every one. */
  schema: string;
  table: string;
  conditions: Condition[];
  /** Columns that are told; null: all. */
  select: string[] | null;
}

const operators = [
  ...["eq", "neq", "lt", "lte", "gt", "gte", "in", "like", "ilike", "is", "match", "imatch"],
  "isdistinct",
];

/** @returns What is asked for, or a sentence of what is wrong with it. */
export function readChangeFilter(params: Json): ChangeFilter | string {
  const { schema, table, event, filter, select } = params;
  if (typeof schema !== "string" && typeof table !== "string") {
    return "No subscription params provided. Please provide at least a `schema` or `table` to subscribe to";
  }
  const action = String(event ?? "*").toUpperCase();
  const conditions = typeof filter === "string" ? readConditions(filter) : [];
  if (typeof conditions === "string") return `Error parsing \`filter\` params: ${conditions}`;
  const columns = Array.isArray(select) ? select.filter((name) => typeof name === "string") : [];
  return {
    event: action === "INSERT" || action === "UPDATE" || action === "DELETE" ? action : "*",
    schema: typeof schema === "string" ? schema : "public",
    table: typeof table === "string" ? table : "*",
    conditions,
    select: columns.length > 0 ? columns : null,
  };
}

function readConditions(filter: string): Condition[] | string {
  const conditions: Condition[] = [];
  if (filter.trim() === "") return conditions;
  for (const part of splitAtCommas(filter)) {
    const found = /^\s*([^=]+?)=(not\.)?([a-z]+)\.(.*?)\s*$/s.exec(part);
    const [, column = "", not, operator = "", value = ""] = found ?? [];
    if (!found || !operators.includes(operator)) return JSON.stringify(part);
    if (operator === "in" && !/^\(.*\)$/s.test(value)) {
      return "`in` filter value must be wrapped by parentheses";
    }
    conditions.push({
      column,
      operator,
      value: operator === "in" ? `{${value.slice(1, -1)}}` : withoutQuotes(value),
      negate: not !== undefined,
    });
  }
  return conditions;
}

/** Not at those within parentheses or quotes. */
function splitAtCommas(filter: string): string[] {
  const parts = [""];
  let depth = 0;
  let quoted = false;
  for (let place = 0; place < filter.length; place++) {
    const sign = filter[place]!;
    if (quoted && sign === "\\") {
      parts[parts.length - 1] += sign + (filter[++place] ?? "");
      continue;
    }
    if (sign === '"' && (quoted || /[.(,]/.test(filter[place - 1] ?? ""))) quoted = !quoted;
    if (!quoted && sign === "(") depth++;
    if (!quoted && sign === ")") depth = Math.max(0, depth - 1);
    if (!quoted && depth === 0 && sign === ",") parts.push("");
    else parts[parts.length - 1] += sign;
  }
  return parts;
}

function withoutQuotes(value: string): string {
  const inner = /^"((?:[^"\\]|\\.)*)"$/s.exec(value)?.[1];
  return inner === undefined ? value : inner.replaceAll(/\\(.)/gs, "$1");
}
