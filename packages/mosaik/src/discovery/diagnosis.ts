import { NetworkError, peerCloseCode, toTransport, type LocalNode, type SignedPeerEntry } from "../network/index.js";
import type { NetworkId, PeerId } from "../primitives/index.js";
import type { CatalogView } from "./catalog-view.js";
import { DiscoveryError } from "./errors.js";
import type { Pong } from "./ping.js";

/** What is known of a peer, in words. */
export interface Diagnosis {
  readonly peer: PeerId;
  /** Whether it answers, belongs to this network, and agrees with our clock. */
  readonly isHealthy: boolean;
  /** One sentence each: catalog, addresses, relay, ping, network, signature, drift, version. */
  readonly findings: readonly string[];
}

/** What a diagnosis looks at. */
export interface DiagnosisContext {
  readonly node: LocalNode;
  readonly catalog: CatalogView;
  readonly maxTimeDriftMs: number;
  /** Pings without taking the answer into the catalog, whatever network it is of. */
  ping(peer: PeerId): Promise<Pong>;
}

/** Finds out why a peer is not seen, or that nothing is wrong with it. Takes as long as `ping`, and never rejects. */
export async function diagnosePeer(context: DiagnosisContext, peer: PeerId): Promise<Diagnosis> {
  const { node, catalog } = context;
  const findings: string[] = [];
  if (peer === node.id) {
    return { peer, isHealthy: true, findings: ["This is the node itself: it is never among its own peers."] };
  }
  const known = catalog.getSigned(peer);
  findings.push(catalogFinding(catalog, peer, known));
  findings.push(...addressFindings(node, peer));
  try {
    const { entry, rttMicros, path } = await context.ping(peer);
    const rtt = rttMicros === undefined ? "no path selected" : `${(rttMicros / 1000).toFixed(1)} ms away`;
    const way =
      path === undefined ? "" : path.kind === "direct" ? `, directly at ${path.remote}` : `, through ${path.remote}`;
    findings.push(`It answers pings, ${rtt}${way}; its signature is valid.`);
    const problems = answerProblems(context, entry);
    findings.push(...(problems.length > 0 ? problems : ["Its network and clock agree with ours."]));
    findings.push(versionFinding(entry, known));
    return { peer, isHealthy: problems.length === 0, findings };
  } catch (error) {
    findings.push(`It does not answer a ping: ${pingFailure(error)}`);
    return { peer, isHealthy: false, findings };
  }
}

function catalogFinding(catalog: CatalogView, peer: PeerId, known: SignedPeerEntry | undefined): string {
  if (known !== undefined)
    return `It is in the catalog, version ${known.entry.version.updated}, ${known.entry.protocol}.`;
  if (catalog.get(peer) !== undefined) return "It is in the catalog by an unsigned entry that this program inserted.";
  return "It is not in the catalog: no fresh signed entry of it has arrived.";
}

function addressFindings(node: LocalNode, peer: PeerId): string[] {
  const { directAddrs, relayUrls } = toTransport(node.addresses.get(peer));
  const direct =
    directAddrs.length > 0 ? `Direct addresses: ${directAddrs.join(", ")}.` : "No direct address is known.";
  const relay = relayUrls.length > 0 ? `Relays: ${relayUrls.join(", ")}.` : "No relay is known.";
  return [direct, relay];
}

function answerProblems({ node, maxTimeDriftMs }: DiagnosisContext, { entry }: SignedPeerEntry): string[] {
  const problems: string[] = [];
  if (entry.network !== node.networkId) problems.push(networkProblem(entry.network, node.networkId));
  const driftMs = entry.updatedAtMs - node.runtime.wallMs();
  if (Math.abs(driftMs) > maxTimeDriftMs) {
    const direction = driftMs > 0 ? "ahead of" : "behind";
    const seconds = (Math.abs(driftMs) / 1000).toFixed(0);
    problems.push(`Its clock is ${seconds} s ${direction} ours: its announcements are ignored, as ours are by it.`);
  }
  return problems;
}

function networkProblem(theirs: NetworkId, ours: NetworkId): string {
  return `It is a member of network ${theirs.short()}, not of ${ours.short()}: the network ids differ.`;
}

function versionFinding({ entry }: SignedPeerEntry, known: SignedPeerEntry | undefined): string {
  const started = new Intl.DateTimeFormat("sv", { dateStyle: "short", timeStyle: "medium", timeZone: "UTC" });
  const since = `It has been running since ${started.format(entry.startedAtMs)} UTC`;
  if (known === undefined) return `${since}.`;
  const isRestarted = known.entry.version.started !== entry.version.started;
  return isRestarted ? `${since}: it was restarted since its known entry.` : `${since}, as its known entry says.`;
}

function pingFailure(error: unknown): string {
  if (error instanceof DiscoveryError && error.code === "invalidSignature") return `its signature is not valid.`;
  if (!(error instanceof NetworkError)) return error instanceof Error ? error.message : String(error);
  const code = peerCloseCode(error.closeInfo);
  return code === undefined ? `${error.message} (${error.code}).` : `it closed with ${code}.`;
}
