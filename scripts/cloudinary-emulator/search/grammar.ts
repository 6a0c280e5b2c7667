import peggy from "peggy";
import { badRequest } from "../shapes/failure.ts";

/** Comparison operators of the expression language. */
export type Operator = ":" | "=" | ">" | "<" | ">=" | "<=";

/** The syntax tree of a search expression. */
export type Expression =
  | { readonly kind: "and" | "or"; readonly operands: readonly Expression[] }
  | { readonly kind: "not"; readonly operand: Expression }
  | {
    readonly kind: "compare";
    readonly field: string;
    readonly operator: Operator;
    readonly value: string;
    readonly quoted: boolean;
  }
  | {
    readonly kind: "range";
    readonly field: string;
    readonly low: string;
    readonly high: string;
    readonly includesLow: boolean;
    readonly closing: "]" | "}";
  }
  | { readonly kind: "text"; readonly value: string; readonly quoted: boolean };

// The grammar of Cloudinary's search expressions: boolean words are upper case, operators stand
// without spaces, values with special characters are quoted.
const GRAMMAR = String.raw`
Start = _ expression:Or _ { return expression; }

Or = head:And tail:(__ "OR" __ operand:And { return operand; })* {
  return tail.length === 0 ? head : { kind: "or", operands: [head, ...tail] };
}

And = head:Not tail:(__ "AND" __ operand:Not { return operand; })* {
  return tail.length === 0 ? head : { kind: "and", operands: [head, ...tail] };
}

Not
  = "NOT" __ operand:Not { return { kind: "not", operand }; }
  / "-" operand:Primary { return { kind: "not", operand }; }
  / Primary

Primary
  = "(" _ inner:Or _ ")" { return inner; }
  / Range
  / Comparison
  / Text

Range = field:Field (":" / "=") _ open:[[{] _ low:Bound __ "TO" __ high:Bound _ close:[\]}] {
  return { kind: "range", field, low, high, includesLow: open === "[", closing: close };
}

Bound = Quoted / $[^ \t\r\n\]}"]+

Comparison = field:Field operator:Operator value:Value {
  return { kind: "compare", field, operator, ...value };
}

Operator = ">=" / "<=" / ":" / "=" / ">" / "<"

Text = !Reserved value:Value { return { kind: "text", ...value }; }

Reserved = ("AND" / "OR" / "NOT" / "TO") !WordCharacter

Value
  = value:Quoted { return { value, quoted: true }; }
  / value:Word { return { value, quoted: false }; }

Quoted = '"' characters:(Escape / [^"\\])* '"' { return characters.join(""); }

Word = characters:(Escape / WordCharacter)+ { return characters.join(""); }

Escape = "\\" character:. { return character; }

WordCharacter = [^ \t\r\n()\[\]{}":=<>\\]

Field = $([\p{L}_] [\p{L}\p{N}_.-]*)

_ = [ \t\r\n]*
__ = [ \t\r\n]+
`;

const parser = peggy.generate(GRAMMAR);

/** Longest expression that is accepted, in characters. */
const MAXIMUM_LENGTH = 10_000;

/**
 * Parses a search expression.
 *
 * @returns null for an empty expression, which matches everything
 * @throws Failure 400 when the syntax is wrong
 */
export function parseExpression(text: string): Expression | null {
  if (text.trim() === "" || text.trim() === "*") return null;
  if (text.length > MAXIMUM_LENGTH) throw badRequest("Expression is too long");
  try {
    return parser.parse(text) as Expression;
  } catch (error) {
    const message = error instanceof Error ? error.message : "syntax error";
    throw badRequest(`Error parsing expression: ${message}`);
  }
}
