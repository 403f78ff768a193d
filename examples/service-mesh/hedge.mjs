// Middleware of one's own: a call to a call.

/**
 * Makes a call once more if there is no answer in time, and takes the answer that comes first. The caller gives the second one to another
 * handler, as it prefers those with fewer calls under way. For calls that may run twice.
 *
 * @param afterMs how long the first may take: a little more than calls usually take
 */
export function hedge(network, { afterMs }) {
  const { runtime } = network.local;
  return (next) =>
    async (request, options = {}) => {
      const over = new AbortController();
      const signal = options.signal === undefined ? over.signal : AbortSignal.any([options.signal, over.signal]);
      const call = () => next(request, { ...options, signal });
      let cancel;
      const later = new Promise((resolve) => (cancel = runtime.after(afterMs, resolve)));
      try {
        const first = call();
        const inTime = await Promise.race([first.then(() => true), later.then(() => false)]);
        return await (inTime ? first : Promise.any([first, call()]).catch((error) => Promise.reject(error.errors[0])));
      } finally {
        cancel();
        over.abort();
      }
    };
}
