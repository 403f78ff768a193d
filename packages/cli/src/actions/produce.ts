import { setTimeout as delay } from "node:timers/promises";
import type { DrainReport, Producer } from "mosaik";
import type { Invocation } from "../action.js";
import type { ProduceFlags } from "../commands/produce.js";
import { valueOf } from "../data/texts.js";
import { declaredStream, type DeclaredStream } from "../data/declared-stream.js";
import { valuesOfLines } from "../data/input.js";
import { usageError } from "../exit.js";
import { Session } from "../session/session.js";

/** Sends what it is given to the consumers of a stream, and waits until they have it. */
export async function produceStream(invocation: Invocation<ProduceFlags>): Promise<void> {
  const { args, options, signal } = invocation;
  const declared = await declaredStream(args[0] as string, options);
  const values = valuesOf(declared, args[1] as string | undefined, options, signal);
  await Session.run(
    invocation,
    async (session) => {
      const subscribers = options.wait ? options.subscribers : 0;
      await using producer = declared.definition.producer(session.network, {
        onlineWhen: (subscribed) => subscribed.minimumOf(subscribers),
        drainTimeoutMs: options.timeout,
      });
      if (options.wait) await someSubscribers(session, producer, declared.name, subscribers);
      try {
        for await (const value of values) {
          await session.output.during("waiting for consumers to take what was sent", producer.send(value, { signal }));
        }
      } finally {
        const closing = session.output.during("waiting until everything has arrived", producer.close());
        report(session, producer, await closing);
      }
    },
    options.wait ? "peers" : "nobody",
  );
}

/** What is to be sent. What comes from the command line is read before anybody is looked for. */
function valuesOf(
  { codec }: DeclaredStream,
  argument: string | undefined,
  { repeat, interval }: ProduceFlags,
  signal: AbortSignal,
): AsyncIterable<unknown> {
  if (argument !== undefined && argument !== "-") return repeated(valueOf(codec, argument), repeat, interval, signal);
  if (repeat > 1) throw usageError("only a VALUE on the command line can be repeated");
  return valuesOfLines(codec, signal);
}

async function* repeated(
  value: unknown,
  count: number,
  intervalMs: number,
  signal: AbortSignal,
): AsyncGenerator<unknown> {
  for (let i = 0; i < count; i++) {
    if (i > 0 && intervalMs > 0) await delay(intervalMs, undefined, { signal });
    yield value;
  }
}

async function someSubscribers(
  session: Session,
  producer: Producer<unknown>,
  name: string,
  count: number,
): Promise<void> {
  const enough = producer.when().subscribed().minimumOf(count);
  await session.within(
    `waiting for ${count === 1 ? "a consumer" : `${count} consumers`} of ${name}`,
    (signal) => enough.toPromise({ signal }),
    `${producer.consumers().length} of ${count} consumers subscribed to ${name} (stream ${producer.streamId.short()})`,
    "Consumers must use the same id and type. --timeout gives them more time, --no-wait sends to whoever is there.",
  );
}

function report({ output }: Session, producer: Producer<unknown>, { confirmed, unconfirmed }: DrainReport): void {
  const { sent, undelivered, dropped } = producer.stats();
  const hex = (peers: DrainReport["confirmed"]) => peers.map((peer) => peer.hex);
  output.result(
    { sent, undelivered, dropped, confirmed: hex(confirmed), unconfirmed: hex(unconfirmed) },
    () => `${sent} sent, ${confirmed.length} of ${confirmed.length + unconfirmed.length} consumers have confirmed them`,
  );
  if (undelivered > 0) output.warn(`${undelivered} were sent while nobody consumed the stream: they are gone`);
  if (dropped > 0) output.warn(`${dropped} did not reach consumers that went away`);
  if (unconfirmed.length === 0) return;
  const names = unconfirmed.map((peer) => peer.short()).join(", ");
  output.warn(`${names} did not confirm that everything has arrived`);
}
