export type {
  BiStream,
  CloseInfo,
  Connection,
  CustomRelays,
  ConnectionPath,
  Endpoint,
  EndpointAddr,
  EndpointId,
  EndpointOptions,
  Exchange,
  RecvStream,
  RelayOption,
  SendStream,
  StreamEnd,
  Transport,
  TransportErrorCode,
} from "@mosaik/iroh/transport";
export { TransportError } from "@mosaik/iroh/transport";
export { parseHostPort, type SocketAddress, type Udp, type UdpSocket } from "./udp.js";
export type { CancelTimer, Random, Runtime, SignedItem } from "./runtime.js";
export { silentDiagnostics, type Diagnostics, type DiagnosticsChannel } from "./diagnostics.js";
export { SeededRandom } from "./seeded-random.js";
export { standInCrypto, type RuntimeCrypto } from "./simulated-crypto.js";
export { SimulatedHost } from "./simulated-host.js";
export { atMost } from "./at-most.js";
export { Slices } from "./slices.js";
export { SimulatedRuntime, type SimulatedRuntimeOptions } from "./simulated-runtime.js";
export { VirtualTime } from "./virtual-time.js";
export { MemoryNetwork, type LatencyRange, type MemoryNetworkOptions } from "./memory-network.js";
export type { DialPolicy } from "./memory-handshake.js";
export type { Latency } from "./memory-path.js";
export { createNodeRuntime, type NodeRuntimeOptions } from "./node-runtime.node.js";
export { environmentVariable } from "./environment.node.js";
export { systemUdp } from "./udp.node.js";
export { ecdsaCheck, ed25519Check, type EcdsaCurve, type SignatureCheck } from "./signature-checks.node.js";
