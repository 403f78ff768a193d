import { assert, assertEquals, assertBytes, assertRejects, assertThrows } from "../assert.js";
import { connect, connectPair, openPair, roundTrips, utf8 } from "../exchange.js";
import { behaviour, complianceAlpn, type ComplianceCase } from "../harness.js";

export const endpointCases: readonly ComplianceCase[] = [
  behaviour("an id is a lowercase hexadecimal public key, the same for the same secret", async (harness) => {
    const secretKey = new Uint8Array(32).fill(7);
    const first = await harness.bind({ secretKey });
    assert(/^[0-9a-f]{64}$/.test(first.id), `not an id: ${first.id}`);
    assertEquals(first.addr().id, first.id, "the id within the address");
    await first.close();
    assertEquals((await harness.bind({ secretKey })).id, first.id, "the id of the same secret");
    assert((await harness.bind()).id !== first.id, "two secrets have one id");
  }),

  behaviour("an address is known soon, and watchers can leave", async (harness) => {
    const endpoint = await harness.bind();
    let calls = 0;
    const leave = endpoint.watchAddr((addr) => {
      calls++;
      assertEquals(addr.id, endpoint.id, "the id within a watched address");
    });
    await harness.until(() => endpoint.addr().directAddrs.length > 0, 10_000, "an address");
    leave();
    leave();
    const callsBefore = calls;
    await endpoint.close();
    assertEquals(calls, callsBefore, "calls after a watcher left");
  }),

  behaviour("an endpoint is online while it is open", async (harness) => {
    const endpoint = await harness.bind();
    assert(endpoint.isOnline(), "an open endpoint without relays is offline");
    await endpoint.close();
    assert(!endpoint.isOnline(), "a closed endpoint is online");
  }),

  behaviour("connections outlast a hint that the network may have changed", async (harness) => {
    const { dialler, near, far } = await connectPair(harness);
    dialler.networkChange();
    await roundTrips(near, far, 3);
    await dialler.close();
    dialler.networkChange();
  }),

  behaviour(
    "the path and its round-trip time are known on both sides once bytes went there and back",
    async (harness) => {
      const { dialler, acceptor, near, far } = await connectPair(harness);
      await roundTrips(near, far, 3);
      for (const side of [near, far]) {
        await harness.until(() => side.rttMicros() !== undefined, 5_000, "a round-trip time");
        const rtt = side.rttMicros()!;
        assert(Number.isFinite(rtt) && rtt > 0 && rtt < 10_000_000, `a round-trip time of ${rtt} microseconds`);
        const other = side === near ? acceptor : dialler;
        assertEquals(side.path()?.kind, "direct", "the kind of a path without relays");
        assert(other.addr().directAddrs.includes(side.path()!.remote), `an unknown address: ${side.path()!.remote}`);
      }
    },
  ),

  behaviour(
    "exported keying material is equal on both sides and different for everything else",
    async (harness) => {
      const { dialler, acceptor, near, far } = await connectPair(harness);
      const [otherNear] = await connect(dialler, acceptor);
      const label = new Uint8Array(32).fill(0xa5);
      const context = utf8("/mosaik/groups/1");
      const exported = near.exportKeyingMaterial(32, label, context);
      assertEquals(exported.length, 32, "bytes exported");
      assertBytes(far.exportKeyingMaterial(32, label, context), exported, "what the acceptor exports");
      assertBytes(near.exportKeyingMaterial(32, label, context), exported, "what is exported again");
      const others: [what: string, bytes: Uint8Array][] = [
        ["another label", near.exportKeyingMaterial(32, utf8("mosaik.group.bond.id"), context)],
        ["another context", near.exportKeyingMaterial(32, label, utf8("/mosaik/groups/2"))],
        ["an empty context", near.exportKeyingMaterial(32, label, new Uint8Array(0))],
        ["another connection", otherNear.exportKeyingMaterial(32, label, context)],
      ];
      for (const [what, bytes] of others) {
        assert(
          bytes.some((byte, i) => byte !== exported[i]),
          `${what} exports the same bytes`,
        );
      }
      for (const length of [16, 64]) {
        const bytes = near.exportKeyingMaterial(length, label, context);
        assertEquals(bytes.length, length, "bytes exported");
        assertBytes(far.exportKeyingMaterial(length, label, context), bytes, `${length} bytes at the acceptor`);
      }
    },
    { needs: ["exporter"] },
  ),

  behaviour("unusable arguments fail with invalidArgument", async (harness) => {
    const bad = "invalidArgument";
    await assertRejects(harness.bind({ secretKey: new Uint8Array(31) }), bad, "a key of 31 bytes");
    await assertRejects(harness.bind({ bindAddrs: ["somewhere"] }), bad, "a bind address that does not parse");
    await assertRejects(harness.bind({ relay: { urls: ["not a url"] } }), bad, "a relay URL that does not parse");
    const urls = ["https://relay.example"];
    const empty = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (const pem of ["", "?", empty]) {
      await assertRejects(harness.bind({ relay: { urls, certificates: [pem] } }), bad, "a relay's certificate");
    }
    await assertRejects(harness.bind({ relay: { urls, quicPort: 0 } }), bad, "a relay's port");
    await assertRejects(harness.bind({ mdns: { serviceName: "_tcp", onPeer: () => {} } }), bad, "a service");
    const { dialler, acceptor, near, far } = await connectPair(harness);
    const addr = acceptor.addr();
    await assertRejects(dialler.dial({ ...addr, id: "12" }, [complianceAlpn]), bad, "an id of one byte");
    await assertRejects(dialler.dial({ ...addr, id: "zz".repeat(32) }, [complianceAlpn]), bad, "an id that is no hex");
    await assertRejects(dialler.dial({ ...addr, directAddrs: ["nowhere"] }, [complianceAlpn]), bad, "a direct address");
    await assertRejects(dialler.dial(addr, []), bad, "a dial without a protocol");
    for (const code of [-1, 1.5, 4_294_967_296, Number.NaN]) {
      assertThrows(() => near.close(code, ""), bad, `a close with code ${code}`);
    }
    const [opened, incoming] = await openPair(near, far, utf8("x"));
    assertThrows(() => opened.send.reset(-1), bad, "a reset with code -1");
    assertThrows(() => incoming.recv.stop(-1), bad, "a stop with code -1");
    assertThrows(
      () =>
        incoming.recv.start(
          () => {},
          () => {},
          -1,
        ),
      bad,
      "a credit of -1",
    );
    await roundTrips(near, far, 1);
  }),
];
