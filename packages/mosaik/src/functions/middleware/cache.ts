import type { Codec } from "@mosaik/postcard";
import { toHex, forgetOldest } from "../../primitives/index.js";
import type { Call, CallOptions } from "../call.js";
import { FunctionError } from "../errors.js";
import type { MiddlewareHost } from "./host.js";
import { requireMs, requireWhole } from "./options.js";
import { TimeBudget, withinTime } from "./time.js";

export interface CacheOptions<Req> {
  /** The codec of the requests: two requests are the same if their bytes are. */
  readonly request: Codec<Req>;
  /** How long a reply is handed out, in ms. */
  readonly ttlMs: number;
  /** How many replies are kept; beyond, the one that was asked for longest ago is forgotten. Default: 1000. */
  readonly entriesMax?: number;
}

interface Entry<Res> {
  readonly reply: Res;
  readonly atMs: number;
}

/** A call in progress that several wait for. */
interface Flight<Res> {
  readonly reply: Promise<Res>;
  readonly abort: AbortController;
  waiting: number;
  /** What it failed with. */
  failure: unknown;
}

/**
 * Answers a request that was answered before with the same reply, and makes one call of equal requests that are under way at the same
 * time. Failures are not kept, application errors neither.
 *
 * All get the same object as their reply: nobody may change it. Each waits within its own time and by its own signal; the call that
 * they share is given up when all have given up. If it runs out of its time, those that have time left make another.
 *
 * Each call that it is put around has a cache of its own.
 *
 * ```ts
 * const price = compose(Price.caller(network), cache(network, { request: t.string, ttlMs: 1_000 }));
 * ```
 *
 * @throws FunctionError `invalidOption`. The calls: `encode`; `timeout` and `cancelled` while they wait
 */
export function cache<Req>(
  host: MiddlewareHost,
  { request: codec, ttlMs, entriesMax = 1000 }: CacheOptions<Req>,
): <Res>(next: Call<Req, Res>) => Call<Req, Res> {
  requireMs("ttlMs", ttlMs);
  requireWhole("entriesMax", entriesMax, 1);
  const { runtime, metrics } = host.local;
  const hits = metrics.counter("mosaik.functions.cache.hits");
  const misses = metrics.counter("mosaik.functions.cache.misses");

  /** Of a fixed size, however large the request is. */
  const keyOf = (request: Req): string => {
    try {
      return toHex(runtime.hash(codec.encode(request)));
    } catch (cause) {
      throw new FunctionError("encode", "the request cannot be encoded", { cause });
    }
  };

  return <Res>(next: Call<Req, Res>): Call<Req, Res> => {
    const entries = new Replies<Res>(ttlMs, entriesMax);
    const flights = new Map<string, Flight<Res>>();

    const takeOff = (key: string, request: Req, options: CallOptions): Flight<Res> => {
      const abort = new AbortController();
      const reply = next(request, { ...options, signal: abort.signal });
      const flight: Flight<Res> = { reply, abort, waiting: 0, failure: undefined };
      flights.set(key, flight);
      const land = (): void => {
        if (flights.get(key) === flight) flights.delete(key);
      };
      reply.then(
        (value) => {
          land();
          entries.keep(key, value, runtime.monoMs());
        },
        (error: unknown) => {
          land();
          flight.failure = error;
        },
      );
      return flight;
    };

    const board = async (key: string, flight: Flight<Res>, options: CallOptions): Promise<Res> => {
      flight.waiting++;
      try {
        return await withinTime(runtime, flight.reply, options, "waiting for the reply");
      } finally {
        if (--flight.waiting === 0) {
          // A request that comes now must not board what is being given up.
          if (flights.get(key) === flight) flights.delete(key);
          flight.abort.abort();
        }
      }
    };

    return async (request, options = {}) => {
      const key = keyOf(request);
      const budget = new TimeBudget(runtime, options.timeoutMs);
      for (;;) {
        const entry = entries.find(key, runtime.monoMs());
        if (entry !== undefined) {
          hits.add();
          return entry.reply;
        }
        const left: CallOptions = { ...options, timeoutMs: budget.remainingMs };
        const flight = flights.get(key);
        if (flight === undefined) {
          misses.add();
          // The call keeps to this time by itself, and can say more about it.
          return board(key, takeOff(key, request, left), { signal: options.signal });
        }
        try {
          const reply = await board(key, flight, left);
          hits.add();
          return reply;
        } catch (error) {
          const isTheirTime = error instanceof FunctionError && error.code === "timeout" && flight.failure === error;
          if (!isTheirTime || budget.remainingMs === 0) throw error;
        }
      }
    };
  };
}

/** Replies by the hash of their request, the one asked for longest ago first. */
class Replies<Res> {
  readonly #ttlMs: number;
  readonly #entriesMax: number;
  readonly #entries = new Map<string, Entry<Res>>();

  constructor(ttlMs: number, entriesMax: number) {
    this.#ttlMs = ttlMs;
    this.#entriesMax = entriesMax;
  }

  find(key: string, nowMs: number): Entry<Res> | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    if (nowMs - entry.atMs >= this.#ttlMs) return undefined;
    this.#entries.set(key, entry);
    return entry;
  }

  keep(key: string, reply: Res, atMs: number): void {
    this.#entries.delete(key);
    this.#entries.set(key, { reply, atMs });
    forgetOldest(this.#entries, this.#entriesMax);
  }
}
