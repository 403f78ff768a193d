import { Metrics, type CounterName } from "../../../src/metrics/index.js";
import type { Call, CallOptions } from "../../../src/functions/call.js";
import { FunctionError, type FunctionErrorCode } from "../../../src/functions/errors.js";
import type { MiddlewareHost } from "../../../src/functions/middleware/index.js";
import { PeerId } from "../../../src/primitives/index.js";
import { Simulator } from "../../../src/testing/index.js";

/** A world in virtual time for middleware to live in. */
export class MiddlewareWorld {
  readonly sim: Simulator;
  readonly reported: unknown[] = [];
  readonly metrics = new Metrics();
  readonly host: MiddlewareHost;

  constructor(seed: number | string = 1) {
    this.sim = new Simulator({ seed });
    const runtime = this.sim.runtime("node");
    this.host = {
      local: {
        metrics: this.metrics,
        runtime: {
          monoMs: () => runtime.monoMs(),
          after: (delayMs, task) => runtime.after(delayMs, task),
          random: runtime.random,
          hash: (bytes) => runtime.hash(bytes),
          report: (error) => this.reported.push(error),
        },
      },
    };
  }

  get nowMs(): number {
    return this.sim.nowMs;
  }

  counter(name: CounterName): number {
    return this.metrics.counter(name).value;
  }
}

/** One time that a scripted call was made. */
export interface Made<Req, Res> {
  readonly request: Req;
  readonly options: CallOptions;
  readonly atMs: number;
  readonly reply: (value: Res) => void;
  readonly fail: (error: unknown) => void;
  /** Whether it has ended, in whichever way. */
  readonly hasEnded: boolean;
}

/** A call whose outcomes a test decides one by one. It ends by itself when its signal aborts and when its time is up. */
export class ScriptedCall<Req, Res> {
  readonly made: Made<Req, Res>[] = [];
  readonly call: Call<Req, Res> = (request, options = {}) => {
    const { timeoutMs, signal } = options;
    const { promise, resolve, reject } = deferred<Res>();
    const made = { request, options, atMs: this.world.nowMs, reply: resolve, fail: reject, hasEnded: false };
    const cancel = (): void => reject(failure("cancelled"));
    if (signal?.aborted) cancel();
    signal?.addEventListener("abort", cancel);
    if (timeoutMs !== undefined) this.world.host.local.runtime.after(timeoutMs, () => reject(failure("timeout")));
    this.made.push(made);
    this.#onCall?.(made);
    return promise.finally(() => (made.hasEnded = true));
  };
  readonly #onCall: ((made: Made<Req, Res>) => void) | undefined;

  /** @param onCall decides at once */
  constructor(
    readonly world: MiddlewareWorld,
    onCall?: (made: Made<Req, Res>) => void,
  ) {
    this.#onCall = onCall;
  }
}

function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** A failure after one attempt. */
export function failure(code: FunctionErrorCode, { mayHaveRun = false } = {}): FunctionError {
  const peer = PeerId.from("8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c");
  const attempt = { peer, outcome: "transport", closeCode: undefined, mayHaveRun, tookMs: 1 } as const;
  return new FunctionError(code, `a made-up failure: ${code}`, { attempts: [attempt] });
}

/** What a promise has come to, looked at later. */
export function outcomeOf<T>(promise: Promise<T>): { value?: T; code?: string; error?: unknown } {
  const outcome: { value?: T; code?: string; error?: unknown } = {};
  promise.then(
    (value) => (outcome.value = value),
    (error: unknown) => {
      outcome.error = error;
      outcome.code = error instanceof FunctionError ? error.code : String(error);
    },
  );
  return outcome;
}
