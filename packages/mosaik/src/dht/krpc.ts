import { BencodeError, decodeBencode, encodeBencode, type Bencoded, type BencodedDictionary } from "./bencode.js";
import type { SocketAddress } from "../runtime/index.js";
import { addressOf, compactAddress } from "./ip.js";
import { bytesOf, latin1Of } from "./latin1.js";
import { NODE_ID_BYTES } from "./node-id.js";
import { targetOf, VALUE_BYTES_MAX, type SignedPacket } from "./signed-packet.js";

/** Bytes of a transaction's id and of the version: nodes of mainline 8 answer to no other length (spec 03 §B.2). */
export const TRANSACTION_BYTES = 4;
/** "RS" 0.5: what Rust writes, so that nodes treat us as they treat it. */
const VERSION = Uint8Array.of(0x52, 0x53, 0, 5);
/** Nodes that are taken from one answer; Rust's give 20. */
const NODES_MAX = 32;
const PORT_BYTES = 2;

/** A node of the DHT. */
export interface DhtNode extends SocketAddress {
  /** 20 bytes. */
  readonly id: Uint8Array;
}

/** What we ask a node (BEP 5, BEP 44). */
export type KrpcQuery =
  | { readonly kind: "ping" }
  | { readonly kind: "findNode" | "get"; readonly target: Uint8Array }
  | {
      readonly kind: "put";
      /** That the node gave with its answer to `get`. */
      readonly token: Uint8Array;
      readonly packet: SignedPacket;
      /** The sequence number that must be stored there now. */
      readonly cas?: bigint | undefined;
    };

/** What a node answers. */
export type KrpcReply =
  | {
      readonly kind: "response";
      readonly id: Uint8Array;
      /** Of both families, without those that have no port. */
      readonly nodes: readonly DhtNode[];
      readonly token: Uint8Array | undefined;
      /** As it came: neither its signature nor its key was checked. */
      readonly packet: SignedPacket | undefined;
    }
  | { readonly kind: "error"; readonly code: number; readonly message: string };

export interface KrpcAnswer {
  readonly transaction: Uint8Array;
  readonly reply: KrpcReply;
  /** Where the node sees us. */
  readonly seenAs: SocketAddress | undefined;
}

/** What was received is no answer. */
export class KrpcError extends Error {
  override readonly name = "KrpcError";
}

/**
 * A query as nodes of mainline 8 take it (spec 03 §B.2): with a version, read-only (BEP 43), and the target in a `put` too.
 *
 * @param id ours, 20 bytes
 * @param transaction 4 bytes
 */
export function encodeQuery(id: Uint8Array, transaction: Uint8Array, query: KrpcQuery): Uint8Array {
  return encodeBencode(
    new Map<string, Bencoded>([
      ["a", argumentsOf(id, query)],
      ["q", bytesOf(METHODS[query.kind])],
      ["ro", 1n],
      ["t", transaction],
      ["v", VERSION],
      ["y", bytesOf("q")],
    ]),
  );
}

/** An answer to a query; `undefined` for a query of another node. @throws KrpcError for anything else */
export function decodeAnswer(datagram: Uint8Array): KrpcAnswer | undefined {
  let message: Bencoded;
  try {
    message = decodeBencode(datagram);
  } catch (error) {
    if (error instanceof BencodeError) throw new KrpcError(error.message, { cause: error });
    throw error;
  }
  if (!(message instanceof Map)) throw new KrpcError("a message is a dictionary");
  const fields: BencodedDictionary = message;
  const transaction = bytesIn(fields, "t");
  const kind = latin1Of(bytesIn(fields, "y") ?? new Uint8Array(0));
  if (kind === "q") return undefined;
  if (transaction === undefined) throw new KrpcError("an answer has a transaction");
  const ip = bytesIn(fields, "ip");
  const seenAs = ip?.length === 6 || ip?.length === 18 ? addressOf(ip) : undefined;
  if (kind === "r") return { transaction, reply: responseOf(fields.get("r")), seenAs };
  if (kind === "e") return { transaction, reply: errorOf(fields.get("e")), seenAs };
  throw new KrpcError(`an answer of the unknown kind ${JSON.stringify(kind)}`);
}

const METHODS = { ping: "ping", findNode: "find_node", get: "get", put: "put" } as const;

function argumentsOf(id: Uint8Array, query: KrpcQuery): BencodedDictionary {
  const fields = new Map<string, Bencoded>([["id", id]]);
  switch (query.kind) {
    case "ping":
      break;
    case "findNode":
    case "get":
      fields.set("target", query.target);
      break;
    case "put": {
      const { publicKey, signature, seq, value } = query.packet;
      if (query.cas !== undefined) fields.set("cas", query.cas);
      fields.set("k", publicKey).set("seq", seq).set("sig", signature).set("target", targetOf(publicKey));
      fields.set("token", query.token).set("v", value);
    }
  }
  return fields;
}

function responseOf(response: Bencoded | undefined): KrpcReply {
  if (!(response instanceof Map)) throw new KrpcError("a response has a dictionary");
  const fields: BencodedDictionary = response;
  const id = bytesIn(fields, "id");
  if (id?.length !== NODE_ID_BYTES) throw new KrpcError("a response has the id of its node, 20 bytes");
  const nodes = [...nodesOf(bytesIn(fields, "nodes"), 4), ...nodesOf(bytesIn(fields, "nodes6"), 16)];
  return { kind: "response", id, nodes, token: bytesIn(fields, "token"), packet: packetOf(fields) };
}

function errorOf(error: Bencoded | undefined): KrpcReply {
  if (!Array.isArray(error)) throw new KrpcError("an error has a list");
  const [code, message] = error as readonly Bencoded[];
  if (typeof code !== "bigint" || code < 0n || code > 65_535n) throw new KrpcError("an error has a code");
  return { kind: "error", code: Number(code), message: message instanceof Uint8Array ? latin1Of(message) : "" };
}

function packetOf(fields: BencodedDictionary): SignedPacket | undefined {
  const [publicKey, signature, value, seq] = [
    bytesIn(fields, "k"),
    bytesIn(fields, "sig"),
    bytesIn(fields, "v"),
    fields.get("seq"),
  ];
  if (publicKey?.length !== 32 || signature?.length !== 64 || value === undefined || typeof seq !== "bigint") {
    return undefined;
  }
  return value.length > VALUE_BYTES_MAX ? undefined : { publicKey, signature, seq, value };
}

function nodesOf(bytes: Uint8Array | undefined, ipBytes: 4 | 16): DhtNode[] {
  const length = NODE_ID_BYTES + ipBytes + PORT_BYTES;
  const nodes: DhtNode[] = [];
  if (bytes === undefined) return nodes;
  for (let at = 0; at + length <= bytes.length && nodes.length < NODES_MAX; at += length) {
    const address = addressOf(bytes.subarray(at + NODE_ID_BYTES, at + length));
    if (address.port > 0) nodes.push({ id: bytes.subarray(at, at + NODE_ID_BYTES), ...address });
  }
  return nodes;
}

function bytesIn(fields: BencodedDictionary, key: string): Uint8Array | undefined {
  const value = fields.get(key);
  return value instanceof Uint8Array ? value : undefined;
}

/** Nodes in their compact form, as answers have them: for tests, and for what is kept. */
export function compactNodes(nodes: readonly DhtNode[]): Uint8Array {
  return Uint8Array.from(nodes.flatMap((node) => [...node.id, ...compactAddress(node)]));
}
