import { DecodeError } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { endpointAddress, FrameDecoder } from "../../src/network/index.js";
import {
  decodePeerData,
  decodeTopicMessage,
  encodePeerData,
  GOSSIP_CONTENT_MAX_BYTES,
  GOSSIP_FRAME_WRITE_MAX_BYTES,
  streamHeaderCodec,
  topicMessageCodec,
} from "../../src/gossip/protocol.js";
import { Digest, fromHex, toHex, type PeerId } from "../../src/primitives/index.js";
import { createNodeRuntime } from "../../src/runtime/index.js";
import { loadCases } from "../vectors/load.js";

interface Case {
  readonly kind: "peer-data" | "stream-header" | "message";
  readonly name: string;
  readonly hex: string;
  readonly ok?: boolean;
  readonly frame?: string | null;
  readonly reencoded?: string;
}

const cases = loadCases<Case>("gossip.json");
const runtime = await createNodeRuntime();
const isPeerId = (id: PeerId): boolean => runtime.isPublicKey(id.bytes);

describe("vectors/gossip.json", () => {
  const messages = cases.filter(({ kind }) => kind === "message");

  it.each(messages.filter(({ ok }) => ok))("$name", ({ hex, reencoded, frame }) => {
    const message = decodeTopicMessage(fromHex(hex)!, isPeerId);
    // Rust reads `respond` and forgets it; it writes what it read, as we do.
    expect(toHex(topicMessageCodec.encode(message))).toBe(reencoded);
    if (frame === null || frame === undefined) return;
    const bodies: string[] = [];
    new FrameDecoder(4096).push(fromHex(frame)!, (bytes, start, end) => bodies.push(toHex(bytes.subarray(start, end))));
    expect(bodies).toEqual([hex]);
  });

  it.each(messages.filter(({ ok }) => !ok))("refuses: $name", ({ hex }) => {
    expect(() => decodeTopicMessage(fromHex(hex)!, isPeerId)).toThrow(DecodeError);
  });

  it("AddrInfo content: relay, IPv4, IPv6", () => {
    const { hex } = cases.find(({ kind }) => kind === "peer-data")!;
    const address = endpointAddress({
      id: "00".repeat(32),
      relayUrls: ["https://relay.example./"],
      directAddrs: ["[2001:db8::1]:4433", "192.0.2.7:4433"],
    });
    expect(toHex(encodePeerData(address))).toBe(hex);
    expect(decodePeerData(fromHex(hex)!)).toEqual(address.addrs);
  });

  it("stream header frame for topic mosaik-ts", () => {
    const { hex } = cases.find(({ kind }) => kind === "stream-header")!;
    expect(toHex(streamHeaderCodec.encode(Digest.from("mosaik-ts")))).toBe(hex.slice(8));
    expect(hex.slice(0, 8)).toBe("00000020");
  });
});

describe("PeerData", () => {
  it("says nothing with no bytes, and with two", () => {
    expect(decodePeerData(new Uint8Array())).toEqual([]);
    expect(decodePeerData(Uint8Array.of(0, 0))).toEqual([]);
  });

  it("tells of eight socket addresses at most", () => {
    const directAddrs = Array.from({ length: 20 }, (_, i) => `192.0.2.${i}:4433`);
    const data = encodePeerData(endpointAddress({ id: "00".repeat(32), relayUrls: [], directAddrs }));
    expect(decodePeerData(data)).toHaveLength(8);
  });

  it("refuses a relay that is no URL", () => {
    expect(() => decodePeerData(Uint8Array.of(1, 1, 0x2f, 0))).toThrow(DecodeError);
  });
});

it("a content of 4055 bytes fits a frame at any number of hops", () => {
  const content = new Uint8Array(GOSSIP_CONTENT_MAX_BYTES);
  const bytes = topicMessageCodec.encode({
    kind: "gossip",
    value: { kind: "gossip", value: { id: Digest.zero(), content, scope: { kind: "swarm", value: 0xffff } } },
  });
  expect(bytes).toHaveLength(GOSSIP_FRAME_WRITE_MAX_BYTES);
});
