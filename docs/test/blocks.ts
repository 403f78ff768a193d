/** A fenced block of a page. */
export interface Block {
  readonly language: string;
  /** What stands in brackets behind the language: a file's name, or that of a terminal. */
  readonly name: string | undefined;
  /** Whether it is what the program before it prints. */
  readonly isOutput: boolean;
  readonly text: string;
  /** The line of the page where the text begins, from 1. */
  readonly line: number;
  /** Why it is neither checked nor run. */
  readonly notRun: string | undefined;
}

/** A page as far as it is tried: its blocks, and the lines that its fragments begin with. */
export interface Page {
  readonly blocks: readonly Block[];
  /** TypeScript that readers do not see, from a comment `<!-- preamble … -->`. */
  readonly preamble: { readonly text: string; readonly line: number } | undefined;
  /** Other pages whose files its programs import, from comments `<!-- files of …md -->`. */
  readonly filesOf: readonly string[];
}

const FENCE = /^(\s*)(`{3,})(\w*)[ \t]*(.*)$/;
const FILES_OF = /^<!-- files of (\S+\.md) -->$/;
const NOT_RUN = /^\s*<!-- not run: (.+) -->\s*$/;

/** Reads a page of the book. @throws Error for a block that does not end */
export function parsePage(markdown: string): Page {
  const lines = markdown.split("\n");
  const blocks: Block[] = [];
  const filesOf: string[] = [];
  let preamble: Page["preamble"];
  let notRun: string | undefined;
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    const fence = FENCE.exec(line);
    if (line.trim() === "<!-- preamble") {
      const end = lines.indexOf("-->", i);
      if (end < 0) throw new Error(`the preamble of line ${i + 1} does not end with a line -->`);
      preamble = { text: lines.slice(i + 1, end).join("\n"), line: i + 2 };
      i = end;
    } else if (fence !== null) {
      const [, indent, ticks, language, info] = fence as unknown as [string, string, string, string, string];
      const end = lines.findIndex((other, at) => at > i && other.trim() === ticks);
      if (end < 0) throw new Error(`the block of line ${i + 1} does not end`);
      const text = lines.slice(i + 1, end).map((one) => (one.startsWith(indent) ? one.slice(indent.length) : one));
      const name = /\[([^\]]+)\]/.exec(info)?.[1];
      const isOutput = /(^| )output( |$)/.test(info);
      blocks.push({ language, name, isOutput, text: text.join("\n"), line: i + 2, notRun });
      notRun = undefined;
      i = end;
    } else if (line.trim() !== "") {
      notRun = NOT_RUN.exec(line)?.[1];
      const other = FILES_OF.exec(line)?.[1];
      if (other !== undefined) filesOf.push(other);
    }
  }
  return { blocks, preamble, filesOf };
}

/** Blocks of these languages are neither checked nor run here unless they are output. Those of the notation are read by the tests of packages/cli. */
const PLAIN = new Set(["", "text", "notation"]);

/**
 * What is done with a block: a `fragment` is type-checked with the others of its page, a `file` is type-checked and written where the
 * commands of the page run, a `command` is run, and `output` is compared with what that prints.
 *
 * @throws Error for a block of another language that does not say why it is not tried
 */
export function roleOf(block: Block): "fragment" | "file" | "command" | "output" | "plain" {
  if (block.isOutput) return "output";
  if (block.notRun !== undefined || PLAIN.has(block.language)) return "plain";
  if (block.name !== undefined && ["js", "ts", "json"].includes(block.language)) return "file";
  if (block.language === "ts") return "fragment";
  if (block.language === "sh") return "command";
  throw new Error(
    `line ${block.line}: a block of "${block.language}" is not tried: say why in a comment before it, <!-- not run: … -->`,
  );
}
