import type { BiStream, Connection, Endpoint, Transport } from "@mosaik/iroh/transport";

/** An object with some methods replaced. The others run on the object itself: it may have private parts. */
export function over<T extends object>(plain: T, replaced: Partial<T>): T {
  return new Proxy(plain, {
    get(target, name) {
      if (name in replaced) return replaced[name as keyof T];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

/** A transport over another. */
export function overEndpoints(inner: Transport, endpoint: (plain: Endpoint) => Endpoint): Transport {
  return { bind: async (options) => endpoint(await inner.bind(options)) };
}

/** A transport over another with other connections, whoever dialled them. */
export function overConnections(inner: Transport, connection: (plain: Connection) => Connection): Transport {
  return overEndpoints(inner, (plain) =>
    over(plain, {
      dial: async (...args) => connection(await plain.dial(...args)),
      accept: async () => {
        const accepted = await plain.accept();
        return accepted && connection(accepted);
      },
    }),
  );
}

/** A connection over another with other streams, whoever opened them. */
export function overStreams(plain: Connection, stream: (plain: BiStream) => BiStream): Connection {
  return over(plain, {
    openBi: async () => stream(await plain.openBi()),
    acceptBi: async () => stream(await plain.acceptBi()),
  });
}
