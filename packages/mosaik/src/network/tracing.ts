import type { Digest, PeerId } from "../primitives/index.js";
import type { DiagnosticsChannel, Runtime } from "../runtime/index.js";
import type { HappenedAt } from "./publishing.js";

/** What every activity has: its node, and in the end how long it took and what it failed with. */
interface Begun extends HappenedAt {
  /** How long it took, in ms, once it has ended. */
  durationMs?: number;
  /** What it failed with, once it has. */
  error?: unknown;
}

/** A call of a function, of this node, with all its attempts. */
export interface CallActivity extends Begun {
  readonly kind: "call";
  readonly functionId: Digest;
  /** The W3C trace context that the program gave. */
  readonly traceparent: string | undefined;
  /** The handler that answered, or was tried last, once the call has ended. */
  peer?: PeerId | undefined;
}

/** A run of a function at this node. */
export interface ServeActivity extends Begun {
  readonly kind: "serve";
  readonly functionId: Digest;
  readonly caller: PeerId;
  /** The caller's W3C trace context, where it gave one. */
  readonly traceparent: string | undefined;
}

/** What the program asks a group for: places for commands, their execution, or the leader's answer to a query. */
export interface RequestActivity extends Begun {
  readonly kind: "request";
  readonly groupId: Digest;
  readonly operation: "feed" | "execute" | "query";
  /** How many commands there are. */
  readonly commands: number;
  /** The place of the last command, or what the answering machine had applied, once that is known. */
  index?: number;
}

/** Something that takes its time. */
export type Activity = CallActivity | ServeActivity | RequestActivity;

/** How a tracer follows one activity. */
export interface Span {
  /** W3C trace context for the other side; of calls only. At most 128 characters. */
  readonly traceparent?: string | undefined;
  /** Runs the activity's work in its context, and returns what it returns. Default: just runs it. */
  run?<T>(work: () => T): T;
  /** The activity has ended: it says how. */
  end(): void;
}

/** Follows activities across nodes. What it throws is reported, and changes nothing. */
export interface Tracer {
  /** An activity begins, in the turn and context of whoever began it. @returns `undefined` to leave it aside */
  begin(activity: Activity): Span | undefined;
}

type Kind = Activity["kind"];
/** What is said of an activity where it begins. */
type Beginning = Activity extends infer A ? (A extends Activity ? Omit<A, keyof HappenedAt> : never) : never;
/** What is said where it ends. */
export interface Ending {
  readonly error?: unknown;
  readonly peer?: PeerId | undefined;
  readonly index?: number;
}

/** Follows the activities of one node: for a tracer, and as messages `mosaik:<kind>:start`, `:error`, `:end`. */
export class Tracing {
  readonly #at: HappenedAt;
  readonly #runtime: Runtime;
  readonly #channels: Record<Kind, ActivityChannels>;
  #tracer: Tracer | undefined;

  constructor(at: HappenedAt, runtime: Runtime) {
    this.#at = at;
    this.#runtime = runtime;
    const of = (kind: Kind): ActivityChannels => new ActivityChannels(runtime, kind);
    this.#channels = { call: of("call"), serve: of("serve"), request: of("request") };
  }

  /**
   * Has a tracer follow what begins from now on, in place of the one before.
   *
   * @returns lets it go again
   */
  attach(tracer: Tracer): () => void {
    this.#tracer = tracer;
    return () => {
      if (this.#tracer === tracer) this.#tracer = undefined;
    };
  }

  /** Whether activities of a kind are followed now: look before `begin`. */
  follows(kind: Kind): boolean {
    return this.#tracer !== undefined || this.#channels[kind].haveSubscribers;
  }

  begin(beginning: Beginning): Followed {
    const activity = { ...this.#at, ...beginning };
    const channels = this.#channels[activity.kind];
    if (channels.start.hasSubscribers) channels.start.publish(activity);
    let span: Span | undefined;
    try {
      span = this.#tracer?.begin(activity);
    } catch (error) {
      this.#runtime.report(error, "a tracer");
    }
    return new Followed(activity, channels, span, this.#runtime);
  }

  /** Follows an activity until what `work` returns has settled. */
  async during<T>(beginning: Beginning, work: () => Promise<T>, endingOf: (result: T) => Ending): Promise<T> {
    const followed = this.begin(beginning);
    try {
      const result = await followed.run(work);
      followed.end(endingOf(result));
      return result;
    } catch (error) {
      followed.end({ error });
      throw error;
    }
  }
}

/** One activity that is followed. */
export class Followed {
  readonly #activity: Activity;
  readonly #channels: ActivityChannels;
  readonly #span: Span | undefined;
  readonly #runtime: Runtime;
  readonly #beganAtMs: number;
  #isOver = false;

  constructor(activity: Activity, channels: ActivityChannels, span: Span | undefined, runtime: Runtime) {
    this.#activity = activity;
    this.#channels = channels;
    this.#span = span;
    this.#runtime = runtime;
    this.#beganAtMs = runtime.monoMs();
  }

  /** What the other side is told. */
  get traceparent(): string | undefined {
    return this.#span?.traceparent;
  }

  /** Runs the work in the context of the activity. */
  run<T>(work: () => T): T {
    return this.#span?.run === undefined ? work() : this.#span.run(work);
  }

  /** Only the first call counts. */
  end(ending: Ending = {}): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { error, end } = this.#channels;
    Object.assign(this.#activity, ending, { durationMs: this.#runtime.monoMs() - this.#beganAtMs });
    if ("error" in ending && error.hasSubscribers) error.publish(this.#activity);
    if (end.hasSubscribers) end.publish(this.#activity);
    try {
      this.#span?.end();
    } catch (thrown) {
      this.#runtime.report(thrown, "a tracer");
    }
  }
}

class ActivityChannels {
  readonly start: DiagnosticsChannel;
  readonly error: DiagnosticsChannel;
  readonly end: DiagnosticsChannel;

  constructor({ diagnostics }: Runtime, kind: Kind) {
    this.start = diagnostics.channel(`mosaik:${kind}:start`);
    this.error = diagnostics.channel(`mosaik:${kind}:error`);
    this.end = diagnostics.channel(`mosaik:${kind}:end`);
  }

  get haveSubscribers(): boolean {
    return this.start.hasSubscribers || this.error.hasSubscribers || this.end.hasSubscribers;
  }
}
