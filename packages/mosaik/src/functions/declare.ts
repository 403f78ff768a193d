import { t, type Codec } from "@mosaik/postcard";
import { Digest, type DigestLike } from "../primitives/index.js";
import type { Caller } from "./caller.js";
import {
  callerConfig,
  handlerConfig,
  type CallerOptions,
  type FunctionOptions,
  type HandlerOptions,
} from "./config.js";
import { FunctionError } from "./errors.js";
import type { Functions } from "./functions.js";
import type { FunctionShape, Handler, HandlerFunction } from "./handler.js";
import { baseFunctionId, type FunctionId } from "./ids.js";

/** The types of a function. */
export interface FuncTypes<Req, Res, E> {
  readonly request: Codec<Req>;
  readonly response: Codec<Res>;
  /** What an `ApplicationError` holds. Default: nothing, `t.unit`. */
  readonly error?: Codec<E>;
}

/** The types of a function whose id follows from them. */
export interface DerivedFuncTypes<Req, Res, E> extends FuncTypes<Req, Res, E> {
  /** The Rust name of the type that implements `Function`, or of the marker of `function!`; left out for a closure. */
  readonly rustName?: string;
}

/** Anything that has functions: a `Network`. */
export interface HasFunctions {
  readonly functions: Functions;
}

/** The handler's side of a declared function. */
export interface HandlerDef<Req, Res> {
  /** The id before ticket validators are folded in. */
  readonly baseId: FunctionId;
  /**
   * Handles the function on a network.
   *
   * @param options scalars win over those of the declaration, predicates and tickets are added to them
   * @throws FunctionError `alreadyExists`, `invalidOption`, `closed`; DiscoveryError `entryTooLarge`
   */
  handle(network: HasFunctions, fn: HandlerFunction<Req, Res>, options?: HandlerOptions): Handler;
}

/** The caller's side of a declared function. */
export interface CallerDef<Req, Res> {
  /** The id before ticket validators are folded in. */
  readonly baseId: FunctionId;
  /** A new caller, which looks for handlers at once. @throws FunctionError `invalidOption`, `closed` */
  caller(network: HasFunctions, options?: CallerOptions): Caller<Req, Res>;
  /** A new caller, once it is online. @throws as `caller`; the signal's reason */
  onlineCaller(network: HasFunctions, options?: CallerOptions & { signal?: AbortSignal }): Promise<Caller<Req, Res>>;
}

/** A function that is declared once, and handled and called on any network. */
export class FuncDef<Req, Res> implements HandlerDef<Req, Res>, CallerDef<Req, Res> {
  readonly baseId: FunctionId;
  readonly #shape: FunctionShape;
  readonly #options: FunctionOptions;

  constructor(baseId: FunctionId, types: FuncTypes<Req, Res, unknown>, options: FunctionOptions) {
    this.baseId = baseId;
    this.#options = options;
    this.#shape = {
      requestCodec: types.request,
      responseCodec: types.response,
      errorCodec: types.error ?? t.unit,
    };
    // A mistake in the declaration shows where it is made.
    refuseOthers(types);
    handlerConfig(options, {});
    callerConfig(options, {});
  }

  handle(network: HasFunctions, fn: HandlerFunction<Req, Res>, options: HandlerOptions = {}): Handler {
    const config = handlerConfig(this.#options, options);
    return network.functions.handle(this.baseId, this.#shape, fn as HandlerFunction<unknown, unknown>, config);
  }

  caller(network: HasFunctions, options: CallerOptions = {}): Caller<Req, Res> {
    return network.functions.caller(this.baseId, this.#shape, callerConfig(this.#options, options));
  }

  async onlineCaller(
    network: HasFunctions,
    options: CallerOptions & { signal?: AbortSignal } = {},
  ): Promise<Caller<Req, Res>> {
    const caller = this.caller(network, options);
    try {
      await caller.when().online().toPromise({ signal: options.signal });
      return caller;
    } catch (error) {
      await caller.close();
      throw error;
    }
  }
}

interface Declare<Def extends "both" | "handler" | "caller"> {
  <Req, Res, E = undefined>(
    id: DigestLike,
    types: FuncTypes<Req, Res, E>,
    options?: FunctionOptions,
  ): DefOf<Def, Req, Res>;
  <Req, Res, E = undefined>(types: DerivedFuncTypes<Req, Res, E>, options?: FunctionOptions): DefOf<Def, Req, Res>;
}

type DefOf<Def, Req, Res> = Def extends "handler"
  ? HandlerDef<Req, Res>
  : Def extends "caller"
    ? CallerDef<Req, Res>
    : FuncDef<Req, Res>;

const TYPES: readonly string[] = ["request", "response", "error", "rustName"];

/** An option among the types would count for nothing, and those that say who may call must not. */
function refuseOthers(types: object): void {
  const other = Object.keys(types).find((name) => !TYPES.includes(name));
  if (other === undefined) return;
  throw new FunctionError("invalidOption", `${other} is not one of ${TYPES.join(", ")}: options come behind the types`);
}

function declare<Req, Res>(
  idOrTypes: DigestLike | DerivedFuncTypes<Req, Res, unknown>,
  typesOrOptions?: FuncTypes<Req, Res, unknown> | FunctionOptions,
  options: FunctionOptions = {},
): FuncDef<Req, Res> {
  if (typeof idOrTypes === "string" || idOrTypes instanceof Digest) {
    const types = typesOrOptions as FuncTypes<Req, Res, unknown>;
    return new FuncDef(Digest.from(idOrTypes), types, options);
  }
  const { request, response, rustName } = idOrTypes;
  const derived = { request: request as Codec<never>, response: response as Codec<never>, rustName };
  return new FuncDef(baseFunctionId(undefined, derived), idOrTypes, (typesOrOptions ?? {}) as FunctionOptions);
}

/**
 * Declares a function. With an id, any text or digest, and its types; or with its types alone, whose Rust names make the id then: two
 * as of a closure, three with `rustName`, as of a `Function` implementation or `function!`. Give an id wherever names may differ.
 *
 * `func.handlerOnly` and `func.callerOnly` declare one side.
 *
 * @example
 * const Greet = func("greet", { request: t.string, response: t.string });
 * Greet.handle(network, (name, { caller }) => `hello ${name}, from ${caller.id.short()}`);
 * const greet = Greet.caller(network);
 * await greet("bob", { timeoutMs: 500 });
 */
export const func: Declare<"both"> & {
  readonly handlerOnly: Declare<"handler">;
  readonly callerOnly: Declare<"caller">;
} = Object.assign(declare as Declare<"both">, {
  handlerOnly: declare,
  callerOnly: declare,
});
