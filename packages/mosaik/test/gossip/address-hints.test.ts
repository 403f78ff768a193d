import { expect, it } from "vitest";
import { AddressHints, HINTED_PEERS_MAX, HINTS_PER_PEER_MAX } from "../../src/gossip/address-hints.js";
import type { TransportAddr } from "../../src/network/index.js";
import { Digest, PeerId } from "../../src/primitives/index.js";

const peer = (n: number): PeerId => PeerId.fromBytes(Digest.from(`${n}`).bytes);
const ip = (n: number): TransportAddr => ({ kind: "ip", value: `192.0.2.${n}:1` });

it("test_retention (iroh-gossip src/net/address_lookup.rs)", () => {
  const hints = new AddressHints();
  hints.add(peer(1), [ip(1)], 0);
  hints.sweep(299_999);
  expect(hints.get(peer(1))).toEqual([ip(1)]);
  hints.sweep(300_000);
  expect(hints.get(peer(1))).toEqual([]);
});

it("keeps the newest addresses of each peer, of so many peers", () => {
  const hints = new AddressHints();
  for (let i = 0; i < 100; i++) hints.add(peer(0), [ip(i), ip(i + 1)], i);
  expect(hints.get(peer(0))).toHaveLength(HINTS_PER_PEER_MAX);
  expect(hints.get(peer(0))[0]).toEqual(ip(99));
  for (let i = 1; i <= HINTED_PEERS_MAX; i++) hints.add(peer(i), [ip(1)], i);
  expect(hints.get(peer(0))).toEqual([]);
});
