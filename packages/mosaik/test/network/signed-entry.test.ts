import { publicKey } from "@mosaik/iroh";
import { DecodeError } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import {
  parseAddress,
  PeerEntry,
  peerEntryCodec,
  signEntry,
  signedPeerEntryCodec,
  sortedMap,
  sortedSet,
  ticketId,
  verifySignature,
  type Ticket,
} from "../../src/network/index.js";
import { Digest, fromHex, toHex } from "../../src/primitives/index.js";
import { entryOf } from "../discovery/entries.js";
import { loadCases } from "../vectors/load.js";
import { realCrypto, signerOf } from "./crypto.js";

interface EntryCase {
  kind: string;
  name: string;
  seed: string;
  id: string;
  entry: string;
  digest: string;
  signature: string;
  signed: string;
  hex: string;
  ok: boolean;
  reencoded?: string;
  input: {
    network: string;
    protocol?: string;
    version?: (number | string)[];
    addrs?: string[];
    tags?: string[];
    streams?: string[];
    functions?: string[];
    groups?: string[];
    tickets?: [string, string][];
  };
}

const cases = loadCases<EntryCase>("peer-entry.json");

function entryFromInput({ id, input }: EntryCase): PeerEntry {
  const addrs = input.addrs ?? [];
  const ids = (texts: string[] = []): ReadonlySet<Digest> => sortedSet(texts.map((text) => Digest.from(text)));
  const tickets = (input.tickets ?? []).map(([kind, data]): [Digest, Ticket] => {
    const ticket = { class: Digest.from(kind), data: fromHex(data)! };
    return [ticketId(ticket), ticket];
  });
  const [started, updated] = (input.version ?? [0, 0]).map(BigInt);
  return new PeerEntry({
    protocol: input.protocol ?? "0.4.2",
    network: Digest.from(input.network),
    version: { started: started!, updated: updated! },
    address: parseAddress({
      id,
      relayUrls: addrs.filter((a) => a.startsWith("relay ")).map((a) => a.slice(6)),
      directAddrs: addrs.filter((a) => a.startsWith("ip ")).map((a) => a.slice(3)),
    }),
    tags: ids(input.tags),
    streams: ids(input.streams),
    functions: ids(input.functions),
    groups: ids(input.groups),
    tickets: sortedMap(tickets),
  });
}

describe("signed peer entries, vectors of Rust", () => {
  it.each(cases.filter(({ kind }) => kind === "entry"))("$name", (c) => {
    const entry = entryFromInput(c);
    expect(toHex(peerEntryCodec.encode(entry))).toBe(c.entry);
    const signed = signEntry(signerOf(fromHex(c.seed)!), entry);
    expect(signed.digest().hex).toBe(c.digest);
    expect(toHex(signed.signature)).toBe(c.signature);
    expect(toHex(signedPeerEntryCodec.encode(signed))).toBe(c.signed);
    const decoded = signedPeerEntryCodec.decode(fromHex(c.signed)!);
    expect(toHex(decoded.encoded)).toBe(c.signed);
    expect(verifySignature(realCrypto, decoded)).toBe(true);
    expect(decoded.entry).toEqual(entry);
  });

  it.each(cases.filter(({ kind }) => kind === "accept"))("$name", (c) => {
    const decoded = signedPeerEntryCodec.decode(fromHex(c.hex)!);
    expect(verifySignature(realCrypto, decoded)).toBe(c.ok);
    if (typeof c.reencoded === "string") expect(toHex(decoded.encoded)).toBe(c.reencoded);
  });

  interface KeyCase {
    name: string;
    op: string;
    seed?: string;
    text?: string;
    public?: string;
    ok?: boolean;
  }
  it.each(loadCases<KeyCase>("digests.json").filter(({ op }) => op === "secret-key"))("$name", (c) => {
    expect(toHex(publicKey(fromHex(c.seed!)!))).toBe(c.public);
  });
});

describe("src/discovery/entry.rs", () => {
  const signer = signerOf(new Uint8Array(32).fill(1));
  const ids = ["a", "b"].map((text) => Digest.from(text));
  const NOW = 1_700_000_000_000;
  const entry = PeerEntry.create("0.4.2", Digest.from("test"), { id: signer.id, addrs: [] }, NOW);

  it("signed_peer_entry_with_invalid_signature_fails_to_deserialize", () => {
    const bytes = signedPeerEntryCodec.encode(signEntry(signer, entry));
    bytes[bytes.length - 1]! ^= 1;
    expect(verifySignature(realCrypto, signedPeerEntryCodec.decode(bytes))).toBe(false);
  });

  it("signed_peer_entry_with_modified_entry_fails_to_deserialize", () => {
    const signed = signEntry(signer, entry);
    const other = peerEntryCodec.encode(entry.withAdded("tags", ["modified"], NOW));
    const forged = signedPeerEntryCodec.decode(Buffer.concat([other, signed.signature]));
    expect(verifySignature(realCrypto, forged)).toBe(false);
  });

  it("valid_signed_peer_entry_deserializes_successfully", () => {
    const signed = signEntry(signer, entry);
    const decoded = signedPeerEntryCodec.decode(signedPeerEntryCodec.encode(signed));
    expect(decoded).toEqual(signed);
    expect(verifySignature(realCrypto, decoded)).toBe(true);
  });

  for (const set of ["tags", "streams", "functions"] as const) {
    it(`version_increments_on_add_${set}`, () => {
      expect(entry.withAdded(set, ids, NOW).isNewerThan(entry)).toBe(true);
    });

    it(`version_increments_on_remove_${set}`, () => {
      const grown = entry.withAdded(set, ids, NOW);
      expect(grown.withRemoved(set, ids, NOW).isNewerThan(grown)).toBe(true);
    });
  }

  it("version_unchanged_on_noop_function_changes", () => {
    const grown = entry.withAdded("functions", ids, NOW);
    expect(grown.withAdded("functions", ids, NOW + 1)).toBe(grown);
    expect(grown.withRemoved("functions", ["absent"], NOW + 1)).toBe(grown);
  });

  it("version_increments_on_update_address", () => {
    expect(entry.withAddress(entry.address, NOW).isNewerThan(entry)).toBe(true);
  });

  it("version_increments_monotonically_on_multiple_changes", () => {
    let last = entry;
    for (const tag of ["a", "b", "c", "d"]) {
      const next = last.withAdded("tags", [tag], NOW - 5);
      expect(next.isNewerThan(last)).toBe(true);
      last = next;
    }
  });

  it("is_newer_than_returns_correct_result", () => {
    const newer = entry.incremented(NOW);
    expect(newer.isNewerThan(entry)).toBe(true);
    expect(entry.isNewerThan(newer)).toBe(false);
    expect(entry.isNewerThan(entry)).toBe(false);
  });
});

describe("PeerEntry", () => {
  it("is not signed by another key, and takes no other peer's address", () => {
    expect(() => signEntry(signerOf(new Uint8Array(32).fill(2)), entryOf(1))).toThrow(RangeError);
    expect(() => entryOf(1).withAddress(entryOf(2).address, 0)).toThrow(RangeError);
  });

  it("bumps its version beyond the clock and never backwards", () => {
    const entry = entryOf(1, 1000);
    expect(entry.incremented(5000).version).toEqual({ started: 1000n, updated: 5001n });
    expect(entry.incremented(5000).incremented(10).version).toEqual({ started: 1000n, updated: 5002n });
  });

  it("does not decode when it is cut short anywhere", () => {
    const bytes = fromHex(cases.find(({ name }) => name === "everything")!.signed)!;
    for (let length = 0; length < bytes.length; length += 7) {
      expect(() => signedPeerEntryCodec.decode(bytes.subarray(0, length))).toThrow(DecodeError);
    }
  });
});
