import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Registry } from "prom-client";
import type { Network } from "../node/index.js";
import { PrometheusError } from "./errors.js";
import { registerMetrics } from "./register.js";

/** Where the metrics are served. */
export interface PrometheusOptions {
  /** The address to bind. Anyone who reaches it can read the metrics: there is no authentication. Default: `"127.0.0.1"`. */
  readonly host?: string;
  /** The port to bind; 0 for a free one. Default: 9464. */
  readonly port?: number;
  /** The path of the metrics. `/health` is taken. Default: `"/metrics"`. */
  readonly path?: string;
  /** The registry to serve, where the program has metrics of its own in one. Default: one of the networks' metrics only. */
  readonly registry?: Registry;
}

/** An endpoint that Prometheus reads. */
export interface PrometheusExporter extends AsyncDisposable {
  /** Where the metrics are. */
  readonly url: string;
  /** Stops serving: open connections are cut. A second call waits for the first. */
  close(): Promise<void>;
}

/** Connections at once; more are dropped. */
const CONNECTIONS_MAX = 32;
/** Requests of one connection; whoever sends more at once gets a 503. */
const REQUESTS_MAX = 100;
/** How long a request may take to arrive, and an answer to be taken, in ms. */
const REQUEST_TIMEOUT_MS = 5000;
const HEADERS_MAX_BYTES = 4096;

/**
 * Serves what networks count, in the text format of Prometheus, for as long as one of them is open. It does not hold the process open.
 *
 * @throws PrometheusError `bind`, `invalidOption`, `nameTaken`
 *
 * @example
 * await using exporter = await servePrometheus(network);
 * console.log(exporter.url); // http://127.0.0.1:9464/metrics
 */
export async function servePrometheus(
  networks: Network | readonly Network[],
  options: PrometheusOptions = {},
): Promise<PrometheusExporter> {
  const { host = "127.0.0.1", port = 9464, path = "/metrics", registry = new Registry() } = options;
  const all = [networks].flat();
  check(all, port, path);
  const scrape = shared(() => registry.metrics(), registry.contentType);
  const server = createServer(
    {
      headersTimeout: REQUEST_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: 1000,
      maxHeaderSize: HEADERS_MAX_BYTES,
    },
    (request, response) => void answer(request, response, path, scrape),
  );
  server.maxConnections = CONNECTIONS_MAX;
  server.maxRequestsPerSocket = REQUESTS_MAX;
  server.setTimeout(REQUEST_TIMEOUT_MS, (socket) => socket.destroy());
  const address = await bind(server, host, port);
  const { runtime } = all[0]!.local;
  server.on("error", (error) => runtime.report(error, "the endpoint of metrics"));
  const exporter = new Exporter(server, address, path);
  try {
    for (const network of all) exporter.serves(registerMetrics(network, registry));
  } catch (error) {
    await exporter.close();
    throw error;
  }
  void Promise.all(all.map(({ closed }) => closed)).then(() => exporter.close());
  return exporter;
}

class Exporter implements PrometheusExporter {
  readonly url: string;
  readonly #server: Server;
  readonly #removals: (() => void)[] = [];
  #closing: Promise<void> | undefined;

  constructor(server: Server, { address, family, port }: AddressInfo, path: string) {
    this.#server = server;
    this.url = `http://${family === "IPv6" ? `[${address}]` : address}:${port}${path}`;
  }

  /** @param remove takes a network out of the registry */
  serves(remove: () => void): void {
    this.#removals.push(remove);
  }

  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
      for (const remove of this.#removals) remove();
    });
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function check(networks: readonly Network[], port: number, path: string): void {
  if (networks.length === 0) throw new PrometheusError("invalidOption", "there is no network to serve metrics of");
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new PrometheusError("invalidOption", `port must be from 0 to 65535, not ${port}`);
  }
  if (!/^\/[\w./-]*$/.test(path) || path === "/health") {
    throw new PrometheusError(
      "invalidOption",
      `path must be like "/metrics", and not "/health", not ${JSON.stringify(path)}`,
    );
  }
}

function bind(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => {
      reject(new PrometheusError("bind", `cannot serve metrics at ${host}:${port}: ${cause.message}`, { cause }));
    });
    server.listen({ host, port }, () => {
      server.unref();
      resolve(server.address() as AddressInfo);
    });
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  scrape: () => Promise<Exposition>,
): Promise<void> {
  // The server's own timeout begins anew with each byte: who trickles some and takes nothing would stay.
  const deadline = setTimeout(() => request.socket.destroy(), REQUEST_TIMEOUT_MS).unref();
  response.once("close", () => clearTimeout(deadline));
  // Nothing that is asked here has a body: who sends one is not waited for.
  const { "content-length": length = "0", "transfer-encoding": encoding } = request.headers;
  if (length !== "0" || encoding !== undefined) {
    response.once("finish", () => request.destroy());
    return say(response, 413, "a request has no body here");
  }
  const asked = request.url?.split("?", 1)[0];
  if (asked !== path && asked !== "/health") return say(response, 404, `metrics are at ${path}`);
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    return say(response, 405, "only GET is answered");
  }
  if (asked === "/health") return say(response, 200, "OK");
  try {
    const { text, type } = await scrape();
    response.setHeader("content-type", type).end(text);
  } catch {
    // A metric of the program's own cannot be collected.
    say(response, 500, "metrics cannot be read");
  }
}

interface Exposition {
  readonly text: string;
  readonly type: string;
}

/** Requests that come at once share one reading: who sends many costs no more than who sends one. */
function shared(read: () => Promise<string>, type: string): () => Promise<Exposition> {
  let reading: Promise<Exposition> | undefined;
  return () => {
    reading ??= read()
      .then((text) => ({ text, type }))
      .finally(() => (reading = undefined));
    return reading;
  };
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(`${text}\n`);
}
