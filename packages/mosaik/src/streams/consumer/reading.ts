import { abortReason } from "../../primitives/index.js";

type Next<R> = IteratorResult<R, undefined> | Promise<IteratorResult<R, undefined>>;

/**
 * An iterator over what `next` gives. `for await` takes a plain result as it is: no promise is made where something is waiting.
 *
 * @param leave called when the iteration is left before its end
 * @param signal ends the iteration: each wait rejects with the signal's reason
 */
export function iterate<R>(
  next: (signal: AbortSignal | undefined) => Next<R>,
  leave: () => Promise<void>,
  signal: AbortSignal | undefined,
): AsyncIterableIterator<R, undefined> {
  const take = (): Next<R> => (signal?.aborted ? Promise.reject(abortReason(signal)) : next(signal));
  return {
    next: (signal === undefined ? () => next(undefined) : take) as () => Promise<IteratorResult<R, undefined>>,
    return: async () => {
      await leave();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** A web stream of what `next` gives. It asks for no more than its reader wants: what is not read stays where it is. */
export function readableOf<R>(next: (signal: AbortSignal) => Next<R>, leave: () => Promise<void>): ReadableStream<R> {
  const cancelled = new AbortController();
  return new ReadableStream<R>(
    {
      async pull(controller) {
        try {
          const result = await next(cancelled.signal);
          if (result.done) controller.close();
          else controller.enqueue(result.value);
        } catch (error) {
          // The stream itself was cancelled: nobody is there to hear of it.
          if (!cancelled.signal.aborted) throw error;
        }
      },
      cancel() {
        cancelled.abort();
        return leave();
      },
    },
    { highWaterMark: 0 },
  );
}
