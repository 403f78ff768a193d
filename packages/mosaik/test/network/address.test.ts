import { describe, expect, it } from "vitest";
import { endpointAddressCodec, mergeAddresses, parseAddress, toTransport } from "../../src/network/index.js";
import { fromHex, toHex } from "../../src/primitives/index.js";
import { peerIdOf } from "../discovery/entries.js";

const id = peerIdOf(1);
const custom = (data: number[]): { kind: "custom"; value: { id: bigint; data: Uint8Array } } => ({
  kind: "custom",
  value: { id: 7n, data: new Uint8Array(data) },
});

describe("addresses", () => {
  it("are encoded as in the worked example of spec 01 §3.4", () => {
    const address = parseAddress({
      id: "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29",
      directAddrs: ["[2001:db8::1]:4433", "192.0.2.7:4433"],
      relayUrls: ["https://use1-1.relay.n0.iroh.link."],
    });
    const hex =
      "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da2903" +
      "002368747470733a2f2f757365312d312e72656c61792e6e302e69726f682e6c696e6b2e2f" +
      "0100c0000207d122010120010db8000000000000000000000001d122";
    expect(toHex(endpointAddressCodec.encode(address))).toBe(hex);
    expect(endpointAddressCodec.decode(fromHex(hex)!)).toEqual(address);
  });

  it("are in Rust's order and each once: relays, then IPv4, IPv6, then others", () => {
    const addrs = mergeAddresses(
      [custom(Array.from({ length: 31 }, () => 0)), custom([0x7a, 0x7a]), custom([0x62])],
      [
        { kind: "ip", value: "[::1]:1" },
        { kind: "ip", value: "10.0.0.1:2" },
      ],
      [
        { kind: "relay", value: "https://b.example/" },
        { kind: "relay", value: "https://a.example/" },
      ],
      [
        { kind: "ip", value: "10.0.0.1:1" },
        { kind: "ip", value: "10.0.0.1:2" },
      ],
    );
    expect(addrs.map(({ value }) => (typeof value === "string" ? value : toHex(value.data)))).toEqual([
      "https://a.example/",
      "https://b.example/",
      "10.0.0.1:1",
      "10.0.0.1:2",
      "[::1]:1",
      "62",
      "7a7a",
      "00".repeat(31),
    ]);
  });

  it("normalise relay URLs and refuse what is none", () => {
    expect(parseAddress({ id, relayUrls: ["https://relay.example"] }).addrs[0]!.value).toBe("https://relay.example/");
    expect(() => parseAddress({ id, relayUrls: ["no url"] })).toThrow(TypeError);
    expect(() => parseAddress({ id, directAddrs: ["no address"] })).toThrow();
  });

  it("are given to a transport without those that it does not understand", () => {
    const address = { id, addrs: [custom([1]), { kind: "ip", value: "127.0.0.1:1" } as const] };
    expect(toTransport(address)).toEqual({ id: id.hex, relayUrls: [], directAddrs: ["127.0.0.1:1"] });
  });
});
