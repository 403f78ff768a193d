import ts from "typescript";

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ["node"],
  strict: true,
  noUncheckedIndexedAccess: true,
  allowUnreachableCode: true,
  skipLibCheck: true,
  noEmit: true,
};

/** What is wrong in a file, as far as the compiler can tell. */
export interface Complaint {
  readonly file: string;
  /** From 0. */
  readonly line: number;
  readonly message: string;
}

/** Type-checks programs as strictly as this house does. Of JavaScript neither types of parameters nor checks of indices are asked. */
export function typeCheck(files: readonly string[]): Complaint[] {
  const isTypeScript = (file: string): boolean => file.endsWith("ts");
  const javaScript = {
    ...OPTIONS,
    allowJs: true,
    checkJs: true,
    noImplicitAny: false,
    noUncheckedIndexedAccess: false,
    useUnknownInCatchVariables: false,
  };
  return [
    ...complaintsOf(files.filter(isTypeScript), OPTIONS),
    ...complaintsOf(
      files.filter((file) => !isTypeScript(file)),
      javaScript,
    ),
  ];
}

function complaintsOf(files: readonly string[], options: ts.CompilerOptions): Complaint[] {
  const program = ts.createProgram(files, options);
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, code, messageText }) => ({
    file: file?.fileName ?? "",
    line: file?.getLineAndCharacterOfPosition(start).line ?? 0,
    message: `TS${code}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
  }));
}
