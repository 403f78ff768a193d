import type { Consumer, ConsumerEvent, ConsumerOptions, Lagged } from "mosaik";
import type { Invocation } from "../action.js";
import type { TailFlags } from "../commands/tail.js";
import { lineOf } from "../data/texts.js";
import { jsonOf } from "../values/index.js";
import { clockText, nowText } from "../data/clock.js";
import { declaredStream, type DeclaredStream } from "../data/declared-stream.js";
import { usageError } from "../exit.js";
import { printJson } from "../json.js";
import type { Output } from "../output.js";
import { Session } from "../session/session.js";

/** Prints a stream, until it has printed enough or is interrupted. */
export async function tailStream(invocation: Invocation<TailFlags>): Promise<void> {
  const { args, options } = invocation;
  const declared = await declaredStream(args[0] as string, options);
  await Session.run(invocation, async (session) => {
    await using consumer = declared.definition.consumer(session.network, consumerOptions(options));
    session.output.note(
      `this takes a consumer's place at every producer of ${declared.name} (stream ${consumer.streamId.short()})`,
    );
    const telling = tellEvents(consumer, session.output, options);
    await someProducer(session, consumer, declared.name);
    await printItems(session, consumer, declared, options.count);
    await consumer.close();
    await telling;
  });
}

function consumerOptions({ from = [], resume = false, holdBack }: TailFlags): ConsumerOptions {
  for (const peer of from) {
    if (!/^[0-9a-f]{1,64}$/.test(peer)) throw usageError(`not the beginning of a peer's id: ${peer}`);
  }
  return {
    resume,
    // To look at a stream must not slow down those who make it.
    whenFull: holdBack ? "pause" : "dropOldest",
    ...(from.length === 0 ? {} : { requireProducer: ({ id }) => from.some((start) => id.hex.startsWith(start)) }),
  };
}

async function someProducer(session: Session, consumer: Consumer<unknown>, name: string): Promise<void> {
  await session.within(
    `looking for producers of ${name}`,
    (signal) => consumer.when().subscribed().toPromise({ signal }),
    `no producer of ${name} took this consumer`,
    `Its id is ${consumer.streamId.hex}: \`mosaik peers --long\` shows who produces what. --timeout gives them more time.`,
  );
}

async function printItems(
  { output, signal }: Session,
  consumer: Consumer<unknown>,
  { codec }: DeclaredStream,
  count = Infinity,
): Promise<void> {
  let printed = 0;
  for await (const { datum, producer } of consumer.items({ signal })) {
    const at = nowText();
    output.result(
      { at, producer: producer.hex, value: jsonOf(codec, datum) },
      () => `${clockText(at)} ${producer.short()} ${lineOf(codec, datum)}`,
    );
    if (++printed >= count) return;
    await output.drained();
  }
}

/** Says who comes and goes and what is missing, until the consumer is closed. */
async function tellEvents(consumer: Consumer<unknown>, output: Output, { events }: TailFlags): Promise<void> {
  for await (const event of consumer.events()) {
    const at = nowText();
    const json = { at, event: event.kind, ...eventJson(event) };
    if (events) output.result(json, () => `${clockText(at)} ${eventText(event)}`);
    else if (output.isJson) output.note(printJson(json));
    else if (isLoss(event)) output.warn(eventText(event));
    else output.note(eventText(event));
  }
}

function isLoss({ kind }: ConsumerEvent | Lagged): boolean {
  return kind === "gap" || kind === "dropped" || kind === "lagged";
}

function eventJson(event: ConsumerEvent | Lagged) {
  if (event.kind === "lagged") return { missed: event.missed };
  const { kind: _, producer, ...rest } = event;
  return { producer: producer.hex, ...rest };
}

function eventText(event: ConsumerEvent | Lagged): string {
  switch (event.kind) {
    case "connected":
      return `connected with ${event.producer.short()}${event.isResumed ? ", nothing is missing" : ""}`;
    case "disconnected":
      return `disconnected from ${event.producer.short()}: ${event.reason}`;
    case "refused":
      return `no subscription with ${event.producer.short()}: ${event.reason}`;
    case "gap":
      return event.cause === "undecodable"
        ? `what ${event.producer.short()} sends is not of this type`
        : `${event.lost ?? "some"} of ${event.producer.short()} may be missing: ${GAPS[event.cause]}`;
    case "dropped":
      return `${event.count} of ${event.producer.short()} were left out: the output is not read as fast as they come (--hold-back keeps them)`;
    case "lagged":
      return `${event.missed} events came too fast to be shown`;
  }
}

const GAPS = {
  break: "the subscription broke",
  beyondWindow: "the subscription broke for longer than the producer keeps what it sent",
  restarted: "the producer was started anew",
} as const;
