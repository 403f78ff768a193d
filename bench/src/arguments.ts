/** What the command line asks for. */
export interface Arguments {
  /** Which benchmarks to run, in the order of the known ones, each once. */
  readonly names: readonly string[];
  /** Where to write the rows. */
  readonly json: string | undefined;
  /** How often each contender is measured. */
  readonly rounds: number;
  /** Where the processes of this project leave their CPU profiles; none are made if absent. */
  readonly profile: string | undefined;
}

/** The command line asks for something that there is not. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const DEFAULT_ROUNDS = 5;

/**
 * Reads `[names] [--json FILE] [--rounds N] [--profile DIRECTORY]`. No names: all. A name that is the beginning of others
 * (`codec-small` of `codec-small-encode` and `codec-small-decode`) means these.
 *
 * @throws UsageError
 */
export function parseArguments(argv: readonly string[], known: readonly string[]): Arguments {
  const wanted = new Set<string>();
  const options = new Map<string, string>();
  const rest = argv[Symbol.iterator]();
  for (const word of rest) {
    if (!word.startsWith("-")) {
      const named = known.includes(word) ? [word] : known.filter((name) => name.startsWith(`${word}-`));
      if (named.length === 0) {
        throw new UsageError(`there is no benchmark ${JSON.stringify(word)}; there are: ${known.join(", ")}`);
      }
      for (const name of named) wanted.add(name);
      continue;
    }
    const [option = "", inline] = word.split(/=(.*)/s, 2);
    if (!["--json", "--rounds", "--profile"].includes(option))
      throw new UsageError(`unknown option ${option}; ${USAGE}`);
    const value = inline ?? rest.next().value;
    if (value === undefined || value === "") throw new UsageError(`${option} needs a value; ${USAGE}`);
    options.set(option, value);
  }
  const rounds = Number(options.get("--rounds") ?? DEFAULT_ROUNDS);
  if (!(Number.isInteger(rounds) && rounds >= 1)) {
    throw new UsageError(`--rounds must be a whole number from 1, not ${options.get("--rounds")}`);
  }
  return {
    names: wanted.size === 0 ? known : known.filter((name) => wanted.has(name)),
    json: options.get("--json"),
    rounds,
    profile: options.get("--profile"),
  };
}

const USAGE = "usage: npm run bench -- [names] [--json FILE] [--rounds N] [--profile DIRECTORY]";
