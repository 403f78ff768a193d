import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";

/** What the command line asks for. */
export interface DemoOptions {
  /** How long it plays once everybody is up. */
  readonly seconds: number;
  readonly sensors: number;
  readonly viewers: number;
  /** Readings a second of each sensor. */
  readonly rateHz: number;
  readonly rust: boolean;
  /** Where the summary goes as JSON. */
  readonly jsonFile: string | undefined;
  readonly kills: readonly { readonly role: string; readonly seconds: number }[];
  /** Whether a sensor that the seed chooses is killed after a third of the time. */
  readonly hasScriptedKill: boolean;
  readonly seed: number;
  readonly help: boolean;
}

export const HELP = `npm run demo -- [options]

Separate processes on this machine: a bootstrap node, sensors that stream its real readings, and a viewer that knows nothing but
the bootstrap node's address. A sensor is killed after a third of the time, another one joins at half-time. At the end: an
account of every reading.

  --seconds N          how long it plays once everybody is up, 2 to 3600 (15)
  --sensors N          how many sensors from the start, 1 to 16 (4: cpu, memory, disk, network); "load" joins late
  --viewers N          how many viewers, 1 to 4 (1); the first one alive has the screen
  --rate HZ            readings a second of each sensor, 1 to 1000 (20)
  --rust               adds a Rust sensor and a Rust viewer, in a network namespace with nothing but a loopback
  --kill ROLE:SECONDS  kills a process with SIGKILL at a time; may be given several times.
                       Roles: bootstrap, viewer, viewer-2, cpu, memory, disk, network, cpu-2, load, rust-sensor, rust-viewer, ...
  --no-kill            kills no sensor by itself
  --seed N             chooses the sensor that is killed, 0 to 4294967295 (random, and printed)
  --json FILE          writes the summary as JSON too
  --help               this text

Exit codes: 0 every reading is accounted for and none was lost without a reason; 1 not so; 2 bad options; 130 interrupted.
`;

/** The command line is wrong; the message is for the user. */
export class OptionError extends Error {
  override readonly name = "OptionError";
}

/** @throws OptionError */
export function parseOptions(args: readonly string[]): DemoOptions {
  const values = parse(args);
  return {
    seconds: numberOf("seconds", values.seconds ?? "15", 2, 3600),
    sensors: integerOf("sensors", values.sensors ?? "4", 1, 16),
    viewers: integerOf("viewers", values.viewers ?? "1", 1, 4),
    rateHz: numberOf("rate", values.rate ?? "20", 1, 1000),
    rust: values.rust ?? false,
    jsonFile: values.json,
    kills: (values.kill ?? []).map(killOf),
    hasScriptedKill: !(values["no-kill"] ?? false),
    seed: values.seed === undefined ? randomInt(2 ** 32) : integerOf("seed", values.seed, 0, 2 ** 32 - 1),
    help: values.help ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seconds: { type: "string" },
        sensors: { type: "string" },
        viewers: { type: "string" },
        rate: { type: "string" },
        rust: { type: "boolean" },
        json: { type: "string" },
        kill: { type: "string", multiple: true },
        "no-kill": { type: "boolean" },
        seed: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new OptionError(cause.message, { cause });
  }
}

function numberOf(name: string, text: string, min: number, max: number): number {
  const value = text.trim() === "" ? NaN : Number(text);
  if (!(value >= min && value <= max)) {
    throw new OptionError(`--${name} must be a number from ${min} to ${max}, not ${JSON.stringify(text)}`);
  }
  return value;
}

function integerOf(name: string, text: string, min: number, max: number): number {
  const value = numberOf(name, text, min, max);
  if (!Number.isInteger(value)) throw new OptionError(`--${name} must be a whole number, not ${JSON.stringify(text)}`);
  return value;
}

function killOf(text: string): { role: string; seconds: number } {
  const [, role, seconds] = /^([^:]+):(.+)$/.exec(text) ?? [];
  if (role === undefined || seconds === undefined) {
    throw new OptionError(`--kill must be a role and a time, such as memory:5, not ${JSON.stringify(text)}`);
  }
  return { role, seconds: numberOf("kill", seconds, 0, 3600) };
}
