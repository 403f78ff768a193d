import type { Codec } from "@mosaik/postcard";
import { Digest, type DigestLike } from "../primitives/index.js";
import type { TicketValidator } from "../tickets/index.js";
import { FunctionError } from "./errors.js";

/** The id of a function: what is advertised, looked up and sent. */
export type FunctionId = Digest;

/** What a function's id is derived from where none is given (spec 04 §1.3). */
export interface DerivedId {
  readonly request: Codec<never>;
  readonly response: Codec<never>;
  /** The Rust name of the function's type: that of a `Function` implementation, or of the marker of `function!`. */
  readonly rustName?: string | undefined;
}

/**
 * The base id of a function: the one that is given, or that of Rust's types. Two names make that of a closure; three that of a trait
 * or a macro (spec 04 §1.3).
 *
 * @throws FunctionError `noFunctionId` if it has to be derived from codecs without Rust names
 */
export function baseFunctionId(id: DigestLike | undefined, { request, response, rustName }: DerivedId): FunctionId {
  if (id !== undefined) return Digest.from(id);
  if (request.rustName === undefined || response.rustName === undefined) {
    throw new FunctionError("noFunctionId", "the codecs have no Rust type names: give the function an id");
  }
  const names = [request.rustName, response.rustName];
  return Digest.fromParts(rustName === undefined ? names : [rustName, ...names]);
}

/**
 * The id on the wire: the base with every ticket validator folded in, first those that callers must satisfy, then those that handlers
 * must, each in the order of declaration. Whoever does not declare the same is on another function (spec 04 §1.3).
 */
export function effectiveFunctionId(
  base: FunctionId,
  callerTickets: readonly TicketValidator[],
  handlerTickets: readonly TicketValidator[],
): FunctionId {
  return [...callerTickets, ...handlerTickets].reduce((id, { signature }) => id.derive(signature), base);
}
