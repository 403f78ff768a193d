import { t, type Codec } from "@mosaik/postcard";
import { handshakeEndCodec, handshakeStartCodec, type GroupId, type GroupKey } from "../../src/groups/index.js";
import { proofOn } from "../../src/groups/bonds/proof.js";
import { ALPN, type Link } from "../../src/network/index.js";
import type { Network } from "../../src/node/index.js";
import { framed } from "./attacker.js";

const raw: Codec<Uint8Array> = t.custom<Uint8Array>({ encode: (bytes) => bytes, decode: (bytes) => bytes });

/** A peer that has the key of a group and speaks its protocol by hand. */
export class Traitor {
  readonly network: Network;
  readonly group: GroupId;
  readonly #key: GroupKey;
  /** The codes that the victims closed with. */
  readonly codes: number[] = [];

  constructor(network: Network, group: GroupId, key: GroupKey) {
    this.network = network;
    this.group = group;
    this.#key = key;
  }

  /** Bonds with a member. @throws NetworkError where it is refused */
  async bond(victim: Network): Promise<Link> {
    const { local } = this.network;
    const link = await local.open(victim.local.id, ALPN.groups);
    void link.closed.then((info) => {
      if (info.by === "peer") this.codes.push(info.code);
    });
    const proof = proofOn(link.connection, this.group, this.#key, local.id);
    await link.send(handshakeStartCodec, { network: local.networkId, group: this.group, proof, bonds: [] });
    await link.recv(handshakeEndCodec);
    return link;
  }

  /** Sends messages as they are, at the victim's pace, as far as it takes them. */
  async send(link: Link, messages: readonly Uint8Array[]): Promise<void> {
    for (const message of messages) link.sendFrames(framed(message), message.length);
    await link.writer.idle();
  }

  /** Takes all that the victim says. */
  async listen(link: Link): Promise<void> {
    for (;;) await link.recv(raw);
  }
}
