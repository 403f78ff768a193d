import { publicKey, sign } from "@mosaik/iroh";
import { describe, expect, it } from "vitest";
import { encodeBencode, type Bencoded } from "../../src/dht/bencode.js";
import { compactNodes, decodeAnswer, encodeQuery, KrpcError } from "../../src/dht/krpc.js";
import { compareDistance, isSecureNodeId, secureNodeId } from "../../src/dht/node-id.js";
import { signPacket } from "../../src/dht/signed-packet.js";

const latin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
const id = latin1("abcdefghij0123456789");
const target = latin1("mnopqrstuvwxyz123456");
const transaction = latin1("tttt");
const tail = "2:roi1e1:t4:tttt1:v4:RS\0\x051:y1:qe";

/** An answer with these fields. */
function answer(fields: Record<string, Bencoded>): Uint8Array {
  return encodeBencode(new Map(Object.entries(fields)));
}

describe("queries on the wire (spec 03 §B.2)", () => {
  it("tid: a ping is these bytes", () => {
    expect(text(encodeQuery(id, transaction, { kind: "ping" }))).toBe(`d1:ad2:id20:${text(id)}e1:q4:ping${tail}`);
  });

  it("a get, and a search for a node, name their target", () => {
    const item = encodeQuery(id, transaction, { kind: "get", target });
    expect(text(item)).toBe(`d1:ad2:id20:${text(id)}6:target20:${text(target)}e1:q3:get${tail}`);
    const node = encodeQuery(id, transaction, { kind: "findNode", target });
    expect(text(node)).toBe(`d1:ad2:id20:${text(id)}6:target20:${text(target)}e1:q9:find_node${tail}`);
  });

  it("a put has the item, its target and what is expected there, and its number in decimal", () => {
    const secret = new Uint8Array(32).fill(1);
    const packet = signPacket({ sign, publicKey }, secret, 1_790_000_000_123_456n, latin1("v!"));
    const query = text(encodeQuery(id, transaction, { kind: "put", token: latin1("tok"), packet, cas: 12n }));
    expect(query).toContain(
      `3:casi12e2:id20:${text(id)}1:k32:${text(packet.publicKey)}3:seqi1790000000123456e3:sig64:`,
    );
    expect(query).toContain("6:target20:");
    expect(query).toContain("5:token3:tok1:v2:v!e1:q3:put2:roi1e");
    expect(text(encodeQuery(id, transaction, { kind: "put", token: latin1("tok"), packet }))).not.toContain("3:cas");
  });
});

describe("answers on the wire", () => {
  const nodes = [
    { id: target, host: "192.0.2.7", port: 6881 },
    { id, host: "2001:db8::1", port: 1 },
  ];

  it("a response has nodes of both families, a token and an item", () => {
    const packet = { publicKey: new Uint8Array(32), signature: new Uint8Array(64), seq: 5n, value: latin1("x") };
    const r = new Map<string, Bencoded>([
      ["id", id],
      ["nodes", compactNodes([nodes[0]!, { ...nodes[0]!, port: 0 }])],
      ["nodes6", compactNodes([nodes[1]!])],
      ["token", latin1("tok")],
      ["k", packet.publicKey],
      ["sig", packet.signature],
      ["seq", packet.seq],
      ["v", packet.value],
    ]);
    const decoded = decodeAnswer(answer({ r, t: transaction, y: latin1("r"), ip: Uint8Array.of(1, 2, 3, 4, 1, 0) }));
    const reply = { kind: "response", id, nodes, token: latin1("tok"), packet };
    expect(decoded).toEqual({ transaction, reply, seenAs: { host: "1.2.3.4", port: 256 } });
  });

  it("an item that lacks something, or is too long, is none", () => {
    const whole: Record<string, Bencoded> = { k: new Uint8Array(32), sig: new Uint8Array(64), seq: 1n, v: latin1("x") };
    const packetOf = (fields: Record<string, Bencoded>): unknown => {
      const r = new Map<string, Bencoded>([["id", id], ...Object.entries(fields)]);
      const reply = decodeAnswer(answer({ r, t: transaction, y: latin1("r") }))!.reply;
      return reply.kind === "response" ? reply.packet : "error";
    };
    expect(packetOf(whole)).toBeDefined();
    for (const key of Object.keys(whole)) {
      const { [key]: _, ...others } = whole;
      expect([key, packetOf(others)]).toEqual([key, undefined]);
    }
    expect(packetOf({ ...whole, v: new Uint8Array(1001) })).toBeUndefined();
    expect(packetOf({ ...whole, v: 5n })).toBeUndefined();
  });

  it("an error has a code and a text", () => {
    const message = answer({ e: [301n, latin1("CAS mismatch")], t: transaction, y: latin1("e") });
    expect(decodeAnswer(message)?.reply).toEqual({ kind: "error", code: 301, message: "CAS mismatch" });
  });

  it("a query of another node is none", () => {
    expect(decodeAnswer(encodeQuery(id, transaction, { kind: "ping" }))).toBeUndefined();
  });

  it.each<[string, Uint8Array]>([
    ["no bencoding", latin1("hello")],
    ["no dictionary", latin1("le")],
    ["of no kind", answer({ t: transaction })],
    ["of another kind", answer({ t: transaction, y: latin1("x") })],
    ["without a transaction", answer({ y: latin1("r"), r: new Map([["id", id]]) })],
    ["without a response", answer({ t: transaction, y: latin1("r") })],
    ["of a node with a short id", answer({ t: transaction, y: latin1("r"), r: new Map([["id", latin1("short")]]) })],
    ["with an error that is no list", answer({ t: transaction, y: latin1("e"), e: 5n })],
    ["with an error without a code", answer({ t: transaction, y: latin1("e"), e: [latin1("x")] })],
  ])("what is %s is refused", (_, message) => {
    expect(() => decodeAnswer(message)).toThrow(KrpcError);
  });
});

describe("ids of nodes", () => {
  // The examples of BEP 42: an address, the last byte of its id, and the first 21 bits.
  it.each([
    ["124.31.75.21", 1, "5fbfbf"],
    ["21.75.31.124", 86, "5a3ce9"],
    ["65.23.51.170", 22, "a5d432"],
    ["84.124.73.14", 65, "1b0321"],
    ["43.213.53.83", 90, "e56f6c"],
  ])("from_ipv4: %s with %i begins with %s", (host, last, prefix) => {
    const random = new Uint8Array(20).fill(0x55);
    random[19] = last;
    const secure = secureNodeId(host, random);
    const meant = Buffer.from(prefix, "hex");
    expect([secure[0], secure[1], secure[2]! & 0xf8]).toEqual([meant[0], meant[1], meant[2]! & 0xf8]);
    expect(isSecureNodeId(host, secure)).toBe(true);
    expect(isSecureNodeId("8.8.8.8", secure)).toBe(false);
  });

  it("is_valid_for_ipv4: addresses of private networks may have any", () => {
    for (const host of [
      "127.0.0.1",
      "10.1.2.3",
      "172.16.0.1",
      "172.31.0.1",
      "192.168.1.1",
      "169.254.1.1",
      "::1",
      "fd00::1",
      "fe80::1",
    ]) {
      expect([host, isSecureNodeId(host, id)]).toEqual([host, true]);
    }
    for (const host of ["172.32.0.1", "11.0.0.1", "192.169.1.1", "2001:db8::1"]) {
      expect([host, isSecureNodeId(host, id)]).toEqual([host, false]);
    }
    expect(isSecureNodeId("2001:db8::1", secureNodeId("2001:db8::1", id))).toBe(true);
  });

  it("are near by exclusive or", () => {
    const at = (first: number): Uint8Array => Uint8Array.from({ length: 20 }, (_, i) => (i === 0 ? first : 0));
    const sorted = [at(7), at(4), at(5), at(0)].sort((a, b) => compareDistance(at(4), a, b));
    expect(sorted.map(([first]) => first)).toEqual([4, 5, 7, 0]);
  });
});
