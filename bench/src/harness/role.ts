import type { Answer, Request } from "./child.js";

/** What a role can be asked to do: functions of at most one argument that survives JSON. */
export type Commands = Readonly<Record<string, (argument: never) => unknown>>;

const held: unknown[] = [];

/** Keeps a value from the garbage collector until the process ends: with a handle, its connection could go. */
export function hold<T>(value: T): T {
  held.push(value);
  return value;
}

/** What every role answers besides its own commands. */
const common = {
  /** The processor time that the process has used on all its threads, in microseconds. */
  cpuMicros(): number {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
};
export type CommonCommands = typeof common;

/** Answers the requests of the process that started this one, and ends with it. */
export function serve(own: Commands): void {
  const commands: Commands = { ...common, ...own };
  process.on("message", ({ id, command, argument }: Request) => {
    const run = commands[command] as (argument: unknown) => unknown;
    new Promise((resolve) => resolve(run(argument))).then(
      (ok) => send({ id, ok }),
      (error: unknown) => send({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  process.on("disconnect", () => process.exit());
}

function send(answer: Answer): void {
  if (process.connected) process.send!(answer);
}
