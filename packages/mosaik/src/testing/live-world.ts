import { createNodeRuntime, type Runtime } from "../runtime/index.js";
import { LoopbackTransport } from "./loopback-transport.js";
import type { Report } from "./simulator.js";
import type { World } from "./world.js";

/** How often a condition is asked, in ms. */
const askEveryMs = 5;

/** A world in real time, over real QUIC on loopback. */
export class LiveWorld implements World {
  readonly kind = "live";
  readonly reports: Report[] = [];
  readonly #loopback = new LoopbackTransport();
  readonly #runtimes = new Map<string, Promise<Runtime>>();

  runtime(name: string): Promise<Runtime> {
    let runtime = this.#runtimes.get(name);
    if (runtime === undefined) {
      runtime = this.#makeRuntime(name);
      this.#runtimes.set(name, runtime);
    }
    return runtime;
  }

  async until(condition: () => boolean, withinMs: number, what: string): Promise<void> {
    const clock = await this.runtime("world");
    const deadlineMs = clock.monoMs() + withinMs;
    while (!condition()) {
      if (clock.monoMs() > deadlineMs) throw tooLate(what, withinMs);
      await new Promise<void>((resolve) => clock.after(askEveryMs, resolve));
    }
  }

  async within<T>(ms: number, promise: PromiseLike<T>, what: string): Promise<T> {
    const clock = await this.runtime("world");
    return new Promise<T>((resolve, reject) => {
      const cancel = clock.after(ms, () => reject(tooLate(what, ms)));
      promise.then(resolve, reject);
      promise.then(cancel, cancel);
    });
  }

  close(): Promise<void> {
    return this.#loopback.close();
  }

  #makeRuntime(name: string): Promise<Runtime> {
    return createNodeRuntime({
      onReport: (error, where) => this.reports.push({ node: name, error, where }),
      wrapTransport: (transport) => this.#loopback.over(transport),
      udp: undefined,
    });
  }
}

function tooLate(what: string, ms: number): Error {
  return new Error(`waited ${ms} ms for ${what}`);
}
