import { hold } from "../harness/role.js";
import { freePort } from "./free-port.js";
import { importRival } from "./packages.js";

export const SERVICE = "bench";
export const ACTION = `${SERVICE}.echo`;

/** What the benchmark uses of a `ServiceBroker`. */
export interface Broker {
  createService(schema: {
    name: string;
    actions: Record<string, (context: { readonly params: unknown }) => unknown>;
  }): unknown;
  start(): Promise<void>;
  waitForServices(names: readonly string[]): Promise<unknown>;
  call(action: string, params: unknown): Promise<unknown>;
}

type ServiceBroker = new (options: object) => Broker;

/** Where the brokers are; they find each other by this instead of by multicast. */
export interface BrokerAddress {
  readonly nodeId: string;
  readonly port: number;
}

export async function newAddress(nodeId: string): Promise<BrokerAddress> {
  return { nodeId, port: await freePort() };
}

/** A broker that is not started yet. */
export async function createBroker(own: BrokerAddress, all: readonly BrokerAddress[]): Promise<Broker> {
  const { default: moleculer } = await importRival<{ default: { ServiceBroker: ServiceBroker } }>("moleculer");
  const urls = all.map(({ nodeId, port }) => `tcp://127.0.0.1:${port}/${nodeId}`);
  return hold(
    new moleculer.ServiceBroker({
      nodeID: own.nodeId,
      logger: false,
      transporter: { type: "TCP", options: { udpDiscovery: false, port: own.port, urls } },
    }),
  );
}
