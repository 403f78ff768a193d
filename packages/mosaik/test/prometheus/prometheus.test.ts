import { connect, type Socket } from "node:net";
import { once } from "node:events";
import { Counter, Registry } from "prom-client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { METRICS } from "../../src/metrics/index.js";
import type { Network } from "../../src/node/index.js";
import {
  prometheusName,
  registerMetrics,
  servePrometheus,
  type PrometheusExporter,
} from "../../src/prometheus/index.js";
import { createWorld } from "../../src/testing/index.js";
import { busyNetwork } from "../metrics/busy-network.js";
import { RUSTS } from "../metrics/rusts.js";
import { Nodes } from "../nodes.js";
import { parseExposition, scrape } from "./scrape.js";

const FREE = { port: 0 };
const GET = "GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n";

/** A client that says what it likes. */
function dial(url: string, says = ""): Socket {
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname).on("error", () => {});
  if (says !== "") socket.write(says);
  return socket;
}

let nodes: Nodes;
const exporters: PrometheusExporter[] = [];

beforeEach(() => (nodes = new Nodes(createWorld("simulated", { seed: 1 }))));
afterEach(async () => {
  for (const exporter of exporters.splice(0)) await exporter.close();
  await nodes.close();
});

async function serve(...args: Parameters<typeof servePrometheus>): Promise<PrometheusExporter> {
  const exporter = await servePrometheus(args[0], { ...FREE, ...args[1] });
  exporters.push(exporter);
  return exporter;
}

describe("the endpoint of Prometheus", () => {
  it("serves what is counted, under the names, kinds and labels of Rust's exporter", async () => {
    const [a, b] = await busyNetwork(nodes);
    const { url } = await serve(a);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
    const { samples, kinds } = await scrape(url);
    for (const [name, [kind]] of Object.entries(RUSTS)) expect(kinds.get(prometheusName(name)), name).toBe(kind);
    for (const { name, labels, value } of a.metrics.samples()) {
      if (name === "mosaik.runtime.loop.delay") continue;
      const scraped = { name: name.replaceAll(".", "_"), labels, value };
      expect(samples, name).toContainEqual(scraped);
      expect(labels["network"]).toBe(b.id.short());
    }
    expect(samples.length).toBe(a.metrics.samples().length);
  });

  it("reads at each request", async () => {
    const network = await nodes.join("a");
    const { url } = await serve(network);
    const counter = network.metrics.counter("mosaik.functions.retries");
    const value = async (): Promise<number | undefined> =>
      (await scrape(url)).samples.find(({ name }) => name === "mosaik_functions_retries")?.value;
    expect(await value()).toBe(0);
    counter.add(3);
    expect(await value()).toBe(3);
    expect(await value()).toBe(3);
  });

  it("takes several networks, and tells two nodes of one network apart", async () => {
    const networks = [await nodes.join("a", "one"), await nodes.join("b", "two"), await nodes.join("c", "two")];
    const { url } = await serve(networks);
    const { samples } = await scrape(url);
    const sizes = samples.filter(({ name }) => name === "mosaik_discovery_catalog_size");
    expect(sizes.map(({ labels }) => labels)).toEqual([
      { network: networks[0]!.id.short() },
      ...networks.slice(1).map(({ id, local }) => ({ network: id.short(), node: local.id.short() })),
    ]);
  });

  it("ends with the last of its networks", async () => {
    const networks = [await nodes.join("a", "one"), await nodes.join("b", "two")];
    const { url } = await serve(networks);
    await nodes.within(5000, networks[0]!.close(), "one to close");
    const { samples } = await scrape(url);
    expect(new Set(samples.map(({ labels }) => labels["network"]))).toEqual(new Set([networks[1]!.id.short()]));
    await nodes.within(5000, networks[1]!.close(), "the other to close");
    await expect(fetch(url)).rejects.toThrow();
  });

  it("answers `/health`, refuses other paths and methods, and reads no bodies", async () => {
    const exporter = await serve(await nodes.join("a"), { path: "/m" });
    const { url } = exporter;
    const { origin } = new URL(url);
    const statusOf = async (path: string, init?: RequestInit): Promise<number> =>
      (await fetch(`${origin}${path}`, init)).status;
    expect(await (await fetch(`${origin}/health`)).text()).toBe("OK\n");
    expect((await fetch(url)).headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(await statusOf("/m?x=1")).toBe(200);
    expect(await statusOf("/m", { method: "HEAD" })).toBe(200);
    for (const path of ["/", "/metrics", "/m/", "//m", "/../m/x"]) expect(await statusOf(path), path).toBe(404);
    expect(await statusOf("/m", { method: "DELETE" })).toBe(405);
    expect(await statusOf("/m", { method: "POST", body: "hello" })).toBe(413);
    await exporter.close();
    await expect(fetch(url)).rejects.toThrow();
  });

  it("lets go of clients that are slow, or send what they like", { timeout: 30_000 }, async () => {
    const { url } = await serve(await nodes.join("a"));
    const silent = dial(url);
    const slow = dial(url, "GET /metrics HTTP/1.1\r\nhost: x\r\n");
    const garbage = dial(url, "\0\u0001nonsense\r\n\r\n");
    const endless = dial(url, "POST /metrics HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000000\r\n\r\n");
    const large = dial(url, `GET /metrics HTTP/1.1\r\nhost: x\r\nx: ${"x".repeat(100_000)}\r\n\r\n`);
    await Promise.all([silent, slow, garbage, endless, large].map((socket) => once(socket.resume(), "close")));
    expect((await scrape(url)).samples.length).toBeGreaterThan(0);
  });

  it("lets go of clients that do not take their answers", { timeout: 30_000 }, async () => {
    const network = await nodes.join("a");
    for (let i = 0; i < 20_000; i++) network.metrics.counter("mosaik.network.streams.refused", { code: String(i) });
    const { url } = await serve(network);
    // Fifty answers of more than a MiB are more than the sockets of both sides hold.
    const socket = dial(url, GET.repeat(50)).pause();
    // Only who writes learns that nobody reads any more.
    await vi.waitFor(
      () => {
        socket.write("\r\n");
        expect(socket.destroyed).toBe(true);
      },
      { timeout: 20_000, interval: 100 },
    );
  });

  it("serves so many connections, and drops others at once", async () => {
    const { url } = await serve(await nodes.join("a"));
    const sockets = Array.from({ length: 100 }, () => dial(url));
    let closed = 0;
    for (const socket of sockets) socket.resume().once("close", () => closed++);
    await vi.waitFor(() => expect(closed).toBe(100 - 32), { timeout: 4000 });
    // Those that are left are served: it was not for their silence that the others were dropped.
    const served = sockets.filter((socket) => !socket.destroyed);
    const answers = served.map((socket) => once(socket, "data") as Promise<[Buffer]>);
    for (const socket of served) socket.write("GET /health HTTP/1.1\r\nhost: x\r\n\r\n");
    for (const [data] of await Promise.all(answers)) expect(String(data)).toMatch(/^HTTP\/1\.1 200 OK/);
    for (const socket of served) socket.destroy();
  });

  it("reads once for requests that come at once, and answers a hundred of a connection", async () => {
    const registry = new Registry();
    const { url } = await serve(await nodes.join("a"), { registry });
    const reads = vi.spyOn(registry, "metrics");
    const socket = dial(url, GET.repeat(1000));
    let text = "";
    socket.on("data", (data) => (text += String(data)));
    await vi.waitFor(() => expect(text).toContain("HTTP/1.1 503"), { timeout: 10_000 });
    socket.destroy();
    expect(text.match(/HTTP\/1\.1 200/g)?.length).toBe(100);
    expect(reads.mock.calls.length).toBeLessThan(20);
  });

  it("says what is wrong with its options, and that its port is taken", async () => {
    const network = await nodes.join("a");
    for (const options of [
      { port: -1 },
      { port: 1.5 },
      { port: 70_000 },
      { path: "m" },
      { path: "/health" },
      { path: "/a b" },
    ]) {
      await expect(serve(network, options), JSON.stringify(options)).rejects.toMatchObject({ code: "invalidOption" });
    }
    await expect(serve([])).rejects.toMatchObject({ code: "invalidOption" });
    const { url } = await serve(network);
    const port = Number(new URL(url).port);
    await expect(serve(network, { port })).rejects.toMatchObject({ name: "PrometheusError", code: "bind" });
    await expect(serve(network, { host: "192.0.2.1" })).rejects.toMatchObject({ code: "bind" });
  });
});

describe("a registry of the program's own", () => {
  it("takes networks in and gives them back", async () => {
    const registry = new Registry();
    const mine = new Counter({ name: "mine", help: "Mine.", registers: [registry] });
    mine.inc();
    const networks = [await nodes.join("a", "one"), await nodes.join("b", "two")];
    const removals = networks.map((network) => registerMetrics(network, registry));
    const ids = async (): Promise<Set<string | undefined>> => {
      const { samples } = parseExposition((await registry.metrics()).replace("\nmine 1\n", "\n"));
      return new Set(samples.map(({ labels }) => labels["network"]));
    };
    const idOf = (network: Network): string => network.id.short();
    expect(await ids()).toEqual(new Set(networks.map(idOf)));
    removals[0]!();
    removals[0]!();
    expect(await ids()).toEqual(new Set([idOf(networks[1]!)]));
    await nodes.within(5000, networks[1]!.close(), "the other to close");
    expect(registry.getMetricsAsArray().map(({ name }) => name)).toEqual(["mine"]);
    registerMetrics(networks[0]!, registry);
    expect(await ids()).toEqual(new Set([idOf(networks[0]!)]));
  });

  it("that has one of the names already is left as it was", async () => {
    const registry = new Registry();
    new Counter({ name: "mosaik_groups_active", help: "Not ours.", registers: [registry] });
    const network = await nodes.join("a");
    expect(() => registerMetrics(network, registry)).toThrow(expect.objectContaining({ code: "nameTaken" }));
    await expect(serve(network, { registry })).rejects.toMatchObject({ code: "nameTaken" });
    expect(registry.getMetricsAsArray().length).toBe(1);
  });

  it("has a help text for every metric", async () => {
    const registry = new Registry();
    registerMetrics(await nodes.join("a"), registry);
    const text = await registry.metrics();
    for (const [name, { help }] of Object.entries(METRICS))
      expect(text).toContain(`# HELP ${prometheusName(name)} ${help}`);
  });
});
