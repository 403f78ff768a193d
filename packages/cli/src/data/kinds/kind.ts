import type {
  CollectionWhen,
  GroupEvents,
  GroupId,
  Network,
  Reset,
  StoreId,
  Versioned,
  WaitOptions,
  WatchOptions,
} from "mosaik";
import { usageError } from "../../exit.js";
import type { Part, Parts } from "./part.js";

/** What every handle of a collection has. */
export interface Handle extends AsyncDisposable {
  readonly version: number;
  when(): CollectionWhen;
  events(options?: { readonly signal?: AbortSignal }): GroupEvents;
  close(): Promise<void>;
}

/** A collection as it is declared. */
export interface Definition<Reader, Writer> {
  readonly storeId: StoreId;
  readonly groupId: GroupId;
  reader(network: Network): Reader;
  writer(network: Network): Writer;
  explain(): readonly (readonly [name: string, value: string])[];
}

/** What became of a write. */
export interface Written {
  readonly version: number;
  /** What was taken away; `undefined` where nothing was there, or where that is not known. Absent for kinds that do not tell. */
  readonly taken?: Part | undefined;
  /** Whether a value that is written once was written by this. */
  readonly isFirst?: boolean | undefined;
}

/** A write that was understood, and is to be carried out. */
export type Write<Writer> = (writer: Writer, options: WaitOptions) => Promise<Written>;

/** A change, to be printed. */
export interface Change {
  readonly kind: string;
  readonly version: number;
  readonly parts: Parts;
}

/** How one kind of collection is read and written by the texts of a command line. */
export interface Kind<Reader extends Handle, Writer extends Reader> {
  readonly definition: Definition<Reader, Writer>;
  entries(reader: Reader): Iterable<Parts>;
  /** Finds the entry under a key, an index or an element; `undefined` where there is none. @throws CliError */
  finder(key: string): (reader: Reader) => Parts | undefined;
  /** What `put` does with the arguments behind the collection. @param at where an element is inserted @throws CliError */
  put(args: readonly string[], at?: number): Write<Writer>;
  /** What `put --delete` does with them. @throws CliError */
  remove(args: readonly string[]): Write<Writer>;
  /** What `put --clear` does. @throws CliError for a kind that cannot be cleared */
  clear(): Write<Writer>;
  /** The changes of all, or of one entry. @throws CliError */
  watcher(key: string | undefined): (reader: Reader, options: WatchOptions) => AsyncGenerator<Change>;
}

/** A kind, whichever it is. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- handles go only to the kind that made them
export type AnyKind = Kind<any, any>;

/** Changes with what is printed of them. @param partsOf of a change of one entry */
export async function* shown<C extends { readonly kind: string }>(
  changes: AsyncGenerator<C | Reset>,
  partsOf: (change: Exclude<C, { readonly kind: "cleared" | "reset" }>) => Parts,
): AsyncGenerator<Change> {
  for await (const change of changes) {
    const { kind, version } = change as Versioned<C>;
    const isOfAll = kind === "reset" || kind === "cleared";
    yield {
      kind,
      version,
      parts: isOfAll ? {} : partsOf(change as Exclude<C, { readonly kind: "cleared" | "reset" }>),
    };
  }
}

/** The arguments, if they are those that are named. @throws CliError */
export function exactly(args: readonly string[], ...names: readonly string[]): readonly string[] {
  if (args.length === names.length) return args;
  const wanted =
    names.length === 0 ? "nothing follows the collection" : `${names.join(" ")} must follow the collection`;
  throw usageError(`${wanted}, not ${args.length === 0 ? "nothing" : args.join(" ")}`);
}

/** @throws CliError where a place is given to a kind that has none */
export function noPlace(at: number | undefined): void {
  if (at !== undefined) throw usageError("only a vec has places", "Leave out --at.");
}
