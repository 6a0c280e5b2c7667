import ts from "typescript";
import { CommandError } from "../support/command-error.ts";
import { flattenTypes } from "./flatten-types.ts";

const root = new URL("../../", import.meta.url).pathname;
const client = `${root}supabase/client/`;

/** How strictly the client is checked, and the types of an app that uses it. */
export const STRICT: ts.CompilerOptions = {
  strict: true,
  noUncheckedIndexedAccess: true,
  noImplicitOverride: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts", "lib.dom.asynciterable.d.ts"],
  types: [],
  skipLibCheck: true,
};

/**
 * The client's types as declaration files that stand alone: what they take from the contract is written out, so that no
 * app needs what the contract is made with.
 *
 * @param modules The `node_modules` in which packages are found.
 * @returns Text by file name.
 * @throws CommandError `types_failed`
 */
export function declareTypes(modules: string): Map<string, string> {
  const program = ts.createProgram([`${client}mod.ts`], {
    ...STRICT,
    declaration: true,
    emitDeclarationOnly: true,
    allowImportingTsExtensions: true,
    outDir: "/types",
    rootDir: `${root}supabase`,
    baseUrl: root,
    paths: { "*": [`${modules}*`] },
  });
  const wrong = ts.getPreEmitDiagnostics(program);
  if (wrong.length > 0) throw new CommandError("types_failed", formatDiagnostics(wrong));

  const declared = new Map<string, string>();
  program.emit(undefined, (path, text) => {
    const name = /\/client\/([\w-]+\.d\.ts)$/.exec(path)?.[1];
    if (name !== undefined) declared.set(name, text.replace(/(from "\.\/[\w-]+)\.ts"/g, '$1.js"'));
  });
  declared.set("contract.d.ts", flattenTypes(program, `${client}contract.ts`));
  return declared;
}

/** TypeScript's findings as it prints them. */
export function formatDiagnostics(diagnostics: readonly ts.Diagnostic[]): string {
  return ts.formatDiagnostics(diagnostics, {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => root,
    getNewLine: () => "\n",
  });
}
