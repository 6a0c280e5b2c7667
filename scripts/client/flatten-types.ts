import ts from "typescript";

const FORMAT = ts.NodeBuilderFlags.NoTruncation | ts.NodeBuilderFlags.InTypeAlias |
  ts.NodeBuilderFlags.MultilineObjectLiterals |
  ts.NodeBuilderFlags.UseSingleQuotesForStringLiteralType;

/** JSON as zod calls it; it refers to itself, so that it cannot be written out in place. */
const JSON_TYPE = /\b(?:[\w.]+\.)?JSONType\b/g;
const JSON_VALUE = `
/** Any JSON. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | JsonValue[]
  | { [key: string]: JsonValue };
`;

/**
 * The types that a file exports, each written out in full: no import remains.
 *
 * @param file Path of a file of the program.
 */
export function flattenTypes(program: ts.Program, file: string): string {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file)!;
  const printer = ts.createPrinter();
  const types = checker.getExportsOfModule(checker.getSymbolAtLocation(source)!).map((symbol) => {
    const aliased = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const node = checker.typeToTypeNode(
      checker.getDeclaredTypeOfSymbol(aliased),
      undefined,
      FORMAT,
    );
    const text = printer.printNode(ts.EmitHint.Unspecified, node!, source);
    const comment = ts.displayPartsToString(aliased.getDocumentationComment(checker));
    return `/** ${comment.replaceAll("\n", " ")} */\nexport type ${symbol.name} = ${text};\n`;
  });
  const all = types.join("\n").replaceAll(JSON_TYPE, "JsonValue");
  return JSON_TYPE.test(types.join("")) ? `${all}${JSON_VALUE}` : all;
}
