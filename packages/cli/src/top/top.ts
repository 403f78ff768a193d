import type { Names } from "../actions/names.js";
import { measure } from "../session/measure.js";
import type { Session } from "../session/session.js";
import { afterKey, type Key } from "./keys.js";
import { bodyRows, render, scrollMax } from "./render.js";
import { Screen } from "./screen.js";
import { Sights } from "./sights.js";
import { sorted, type Scene, type View } from "./state.js";

/** How often peers are pinged of which it is not known how far away they are, in ms. */
const MEASURE_EVERY_MS = 10_000;

export interface TopOptions {
  readonly session: Session;
  readonly secret: string | undefined;
  /** How often peers are to tell, in ms. */
  readonly intervalMs: number;
}

/** Looks at a network: who is in it, and how those stand who tell. */
export class Top {
  readonly #session: Session;
  readonly #sights: Sights;
  readonly #unsubscribe: () => void;
  readonly #listeners = new Set<() => void>();
  #selected: View["selected"];

  constructor({ session, secret, intervalMs }: TopOptions) {
    this.#session = session;
    const { network } = session;
    this.#sights = new Sights({ network, secret, intervalMs, onChange: () => this.#changed() });
    this.#unsubscribe = network.discovery.catalog.subscribe(() => this.#look());
    this.#look();
  }

  /** What is known now. */
  get scene(): Scene {
    const { network } = this.#session;
    const peers = network.discovery.catalog.peers().map((info) => ({ info, sight: this.#sights.of(info.id) }));
    return { nowMs: Date.now(), network: network.id, peers };
  }

  /** Whether nobody is left that has yet to answer. */
  get isComplete(): boolean {
    return this.#sights.areComplete;
  }

  /** Calls `listener` whenever something is known that was not, until the returned function is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Shows it in the whole terminal, until a person has seen enough or the command is interrupted. */
  async show(first: View, names: Names): Promise<void> {
    const { signal, network } = this.#session;
    let view = first;
    await new Promise<void>((resolve, reject) => {
      const screen = new Screen(
        { onKey: (key) => guarded(() => onKey(key)), onResize: () => guarded(draw) },
        process.stdin,
        process.stdout,
      );
      const end = (): void => {
        clearInterval(clock);
        clearInterval(measuring);
        unsubscribe();
        signal.removeEventListener("abort", end);
        screen.leave();
        resolve();
      };
      const draw = (): void => screen.show(render(this.scene, view, names, screen.size));
      const onKey = (key: Key): void => {
        if (key === "quit") return end();
        const { scene } = this;
        const reach = { rows: bodyRows(screen.size), scrollMax: scrollMax(scene, view, names, screen.size) };
        view = afterKey(view, key, sorted(scene, view), reach);
        this.#selected = view.selected;
        this.#look();
        draw();
      };
      /** Whatever goes wrong, the terminal is given back first. */
      const guarded = (task: () => void): void => {
        try {
          task();
        } catch (error) {
          end();
          reject(error);
        }
      };
      const unsubscribe = this.subscribe(soon(() => guarded(draw)));
      const clock = setInterval(() => guarded(draw), 1000);
      const pingThem = (): void => void measure(this.#session).catch(() => {});
      const measuring = setInterval(pingThem, MEASURE_EVERY_MS);
      signal.addEventListener("abort", end);
      void network.closed.then(end);
      pingThem();
      guarded(draw);
      if (signal.aborted) end();
    });
  }

  close(): void {
    this.#unsubscribe();
    this.#sights.close();
  }

  #look(): void {
    this.#sights.look(this.#session.network.discovery.catalog.peers(), this.#selected);
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Runs a task once for all calls of a moment: many peers may tell at once. */
function soon(task: () => void): () => void {
  const TOGETHER_MS = 50;
  let timer: NodeJS.Timeout | undefined;
  return () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      task();
    }, TOGETHER_MS);
  };
}
