import { Option } from "commander";

/** An option that may be given several times. (Commander's own variadic options would take the arguments behind them too.) */
export function several(flags: string, description: string): Option {
  return new Option(flags, `${description}; may be repeated`).argParser(
    (text: string, before: readonly string[] | undefined) => [...(before ?? []), text],
  );
}
