import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { catalogSnapshotCodec, pingReplyCodec, pingRequestCodec } from "../../src/discovery/index.js";
import { ALPN, FrameDecoder, verifySignature } from "../../src/network/index.js";
import { Digest, fromHex, toHex } from "../../src/primitives/index.js";
import { streamHandshakeCodec } from "../../src/streams/index.js";
import { realCrypto } from "../network/crypto.js";
import { loadCases } from "../vectors/load.js";

interface Capture {
  direction: "js->rust" | "rust->js";
  alpn: string;
  hex: string;
  meaning: string;
}

const captures = loadCases<Capture>("captures-basics.json");
const network = Digest.from("live-basics");

function captured(alpn: string, meaning: string): Uint8Array {
  return fromHex(captures.find((c) => c.alpn === alpn && c.meaning.startsWith(meaning))!.hex)!;
}

function unframed(bytes: Uint8Array): Uint8Array {
  const payloads: Uint8Array[] = [];
  new FrameDecoder().push(bytes, (chunk, start, end) => payloads.push(chunk.slice(start, end)));
  expect(payloads).toHaveLength(1);
  return payloads[0]!;
}

describe("frames recorded between a live Rust node and a hand-written peer", () => {
  it("a ping and its answer", () => {
    const request = captured(ALPN.ping, "ping request");
    expect(toHex(pingRequestCodec.encode(undefined))).toBe(toHex(unframed(request)));
    const reply = captured(ALPN.ping, "ping reply");
    const signed = pingReplyCodec.decode(reply);
    expect(signed.entry.protocol).toBe("0.4.2");
    expect(signed.entry.network).toBe(network);
    expect(signed.entry.address.addrs).toEqual([
      { kind: "relay", value: "http://127.0.0.1:3340/" },
      { kind: "ip", value: "192.0.2.2:59472" },
    ]);
    expect(verifySignature(realCrypto, signed)).toBe(true);
    expect(toHex(pingReplyCodec.encode(signed))).toBe(toHex(reply));
  });

  it.each(["snapshot frame", "snapshot payload"])("a catalog sync: %s", (meaning) => {
    const bytes = captured(ALPN.sync, meaning);
    const payload = meaning === "snapshot frame" ? unframed(bytes) : bytes;
    const entries = catalogSnapshotCodec.decode(payload);
    expect(entries).toHaveLength(1);
    expect(entries.every((signed) => verifySignature(realCrypto, signed))).toBe(true);
    expect(toHex(catalogSnapshotCodec.encode(entries))).toBe(toHex(payload));
  });

  it("the handshake of a subscription, its answer and its datums", () => {
    const string = { network, stream: Digest.from("alloc::string::String") };
    const handshake = unframed(captured(ALPN.streams, "ConsumerHandshake frame"));
    expect(streamHandshakeCodec.decode(handshake)).toEqual(string);
    expect(toHex(streamHandshakeCodec.encode(string))).toBe(toHex(handshake));
    expect(streamHandshakeCodec.decode(captured(ALPN.streams, "StartStream"))).toEqual(string);
    const ofRust = streamHandshakeCodec.decode(captured(ALPN.streams, "ConsumerHandshake payload"));
    expect(ofRust).toEqual({ network, stream: Digest.from("u64") });
    const datums = captures.filter(({ meaning }) => meaning.startsWith("String datum"));
    expect(datums.map(({ hex }) => t.string.decode(fromHex(hex)!))).toEqual(["hello 1", "hello 2", "hello 3"]);
  });
});
