import { func, FunctionError, type Caller, type Codec, type FuncDef, type TicketValidator } from "mosaik";
import type { Invocation } from "../action.js";
import type { CallFlags } from "../commands/call.js";
import { textArgument } from "../data/input.js";
import { lineOf, valueOf } from "../data/texts.js";
import { loadValidators } from "../data/validators.js";
import { CliError, EXIT, exitCodeOf, usageError } from "../exit.js";
import { loadCodec } from "../notation/index.js";
import type { Output } from "../output.js";
import { Session } from "../session/session.js";
import { humanText, jsonOf } from "../values/index.js";

interface Types {
  readonly request: Codec<unknown>;
  readonly response: Codec<unknown>;
  readonly error: Codec<unknown>;
}

interface Tickets {
  readonly requireCallerTicket: readonly TicketValidator[];
  readonly requireHandlerTicket: readonly TicketValidator[];
}

/** Calls a function once. */
export async function callFunction(invocation: Invocation<CallFlags>): Promise<void> {
  const { args, options, signal } = invocation;
  const [name, argument] = args as [string, string | undefined];
  const types = await typesOf(options);
  const definition = declared(name, types, await ticketsOf(options), options);
  const request = await requestOf(types.request, argument);
  await Session.run(invocation, async (session) => {
    const peer = options.peer === undefined ? undefined : (await session.peer(options.peer)).id;
    await using caller = definition.caller(session.network, {
      callTimeoutMs: options.deadline,
      idempotent: options.idempotent ?? false,
      ...(peer === undefined ? {} : { requireHandler: ({ id }) => id === peer }),
    });
    await someHandler(session, caller, peer === undefined ? name : `${name} at ${peer.short()}`);
    const startMs = performance.now();
    try {
      const response = await session.output.during(`calling ${name}`, caller(request, { signal }));
      const tookMs = Math.round((performance.now() - startMs) * 1000) / 1000;
      session.output.result({ response: jsonOf(types.response, response), tookMs }, () =>
        humanText(types.response, response),
      );
    } catch (error) {
      signal.throwIfAborted();
      throw failure(error, types, session.output);
    }
  });
}

async function typesOf({ request, response, error }: CallFlags): Promise<Types> {
  const [asked, answered, failed] = await Promise.all([request, response, error].map(loadCodec));
  return { request: asked!, response: answered!, error: failed! };
}

/** Both are a part of the function's id. */
async function ticketsOf({ requireCallerTicket, requireHandlerTicket }: CallFlags): Promise<Tickets> {
  return {
    requireCallerTicket: await loadValidators(requireCallerTicket),
    requireHandlerTicket: await loadValidators(requireHandlerTicket),
  };
}

function declared(name: string, types: Types, tickets: Tickets, { rustName }: CallFlags): FuncDef<unknown, unknown> {
  if (name === ".") return func(rustName === undefined ? types : { ...types, rustName }, tickets);
  if (rustName !== undefined) throw usageError("--rust-name is a part of the id only where the function is `.`");
  return func(name, types, tickets);
}

async function requestOf(codec: Codec<unknown>, argument: string | undefined): Promise<unknown> {
  if (argument !== undefined) return valueOf(codec, await textArgument(argument));
  if (codec.shape.kind === "unit") return undefined;
  throw usageError("what is asked?", "Give a VALUE after the function, or - for stdin.");
}

async function someHandler(session: Session, caller: Caller<unknown, unknown>, name: string): Promise<void> {
  await session.within(
    `looking for ${name}`,
    (signal) => caller.when().available().toPromise({ signal }),
    `nobody who handles ${name} was found`,
    `Its id is ${caller.functionId.hex}: \`mosaik peers --long\` shows who handles what. --timeout gives more time.`,
  );
}

/** What is said of a call that failed. The function's own error is a result. */
function failure(error: unknown, types: Types, output: Output): unknown {
  if (!(error instanceof FunctionError)) return error;
  if (error.code === "application") {
    if (output.isJson) output.result({ error: jsonOf(types.error, error.error) }, "");
    const details = { cause: error };
    return new CliError(
      EXIT.application,
      `the function answered with an error: ${lineOf(types.error, error.error)}`,
      details,
    );
  }
  const advice = adviceOn(error);
  return new CliError(exitCodeOf(error), error.message, { cause: error, ...(advice === undefined ? {} : { advice }) });
}

function adviceOn(error: FunctionError): string | undefined {
  if (error.code === "decode") return "Is the answer of the type that --response says?";
  if (error.code === "rejected" && error.closeCode === 400) return "Is the request of the type that --request says?";
  return error.outcomeUnknown ? "It is not known whether the function has run." : undefined;
}
