import { base32nopad, base58 } from "@scure/base";
import { parseAddress, type EndpointAddress, type TransportAddr } from "../network/index.js";
import { PeerId } from "../primitives/index.js";
import { decodeDnsAnswers, DNS_TYPE_TXT, DnsMessageError, encodeDnsAnswers, stringsOf, txtOf } from "./dns-message.js";
import { VALUE_BYTES_MAX } from "./signed-packet.js";

/** How long others may keep an answer (spec 02 §13.2). */
const TTL_SECONDS = 600;
/** Addresses that are taken from a record: anybody may have written it. */
const ADDRS_MAX = 32;

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const Z_BASE32 = "ybndrfg8ejkmcpqxot1uwisza345h769";
const utf8 = new TextDecoder();

/** The name that all names of a slot end with: its public key in z-base-32. */
export function originOf(publicKey: Uint8Array): string {
  return base32nopad.encode(publicKey).replace(/./g, (symbol) => Z_BASE32[BASE32.indexOf(symbol)]!);
}

/**
 * The DNS message that says who is in a slot, and where (spec 03 §B.4). Addresses that do not fit into 1000 bytes are left out, the last ones
 * first; Rust publishes nothing then.
 */
export function encodeSlotRecord(publicKey: Uint8Array, { id, addrs }: EndpointAddress): Uint8Array {
  const origin = originOf(publicKey);
  const answers = [txt(`_id.${origin}`, base58.encode(id.bytes))];
  let message = encodeDnsAnswers(answers);
  for (const addr of addrs) {
    if (addr.kind === "custom") continue;
    answers.push(txt(`${addr.kind === "relay" ? "_r" : "_ip"}.${origin}`, addr.value));
    const longer = encodeDnsAnswers(answers);
    if (longer.length > VALUE_BYTES_MAX) answers.pop();
    else message = longer;
  }
  return message;
}

/**
 * Who is in a slot; nobody where the message names no peer. Addresses that cannot be read are left out, and those beyond 32.
 *
 * @param isPublicKey whether 32 bytes are a point of the curve
 */
export function decodeSlotRecord(
  publicKey: Uint8Array,
  message: Uint8Array,
  isPublicKey: (bytes: Uint8Array) => boolean,
): EndpointAddress | undefined {
  const origin = originOf(publicKey);
  let id: PeerId | undefined;
  const addrs: TransportAddr[] = [];
  try {
    const answers = decodeDnsAnswers(message);
    const named = answers.find(({ name }) => name === `_id.${origin}`);
    if (named?.type !== DNS_TYPE_TXT) return undefined;
    const bytes = base58Bytes(attributeOf(named.data));
    if (bytes?.length !== 32 || !isPublicKey(bytes)) return undefined;
    id = PeerId.fromBytes(bytes);
    for (const { name, type, data } of answers) {
      if (type !== DNS_TYPE_TXT) continue;
      if (name === `_r.${origin}`) addrs.push(...addrsOf(id, { relayUrls: [attributeOf(data)] }));
      if (name === `_ip.${origin}`) addrs.push(...addrsOf(id, { directAddrs: [attributeOf(data)] }));
    }
  } catch (error) {
    if (error instanceof DnsMessageError) return undefined;
    throw error;
  }
  return { id, addrs: addrs.slice(0, ADDRS_MAX) };
}

function txt(name: string, text: string): { name: string; type: number; ttlSeconds: number; data: Uint8Array } {
  return { name, type: DNS_TYPE_TXT, ttlSeconds: TTL_SECONDS, data: txtOf(text) };
}

/** The first character-string, up to an equals sign: Rust takes it for the name of an attribute. */
function attributeOf(data: Uint8Array): string {
  return utf8.decode(stringsOf(data)[0]).split("=", 1)[0]!;
}

function base58Bytes(text: string): Uint8Array | undefined {
  try {
    return base58.decode(text);
  } catch {
    return undefined;
  }
}

function addrsOf(
  id: PeerId,
  texts: { readonly relayUrls?: readonly string[]; readonly directAddrs?: readonly string[] },
): readonly TransportAddr[] {
  try {
    return parseAddress({ id, ...texts }).addrs;
  } catch (error) {
    if (error instanceof TypeError) return [];
    throw error;
  }
}
