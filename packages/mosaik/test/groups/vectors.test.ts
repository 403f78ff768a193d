import { describe, expect, it } from "vitest";
import { proofOn } from "../../src/groups/bonds/proof.js";
import { consensusConfig, consensusDigest } from "../../src/groups/config.js";
import { groupId } from "../../src/groups/group-id.js";
import { GroupKey } from "../../src/groups/key.js";
import { Digest, fromHex, PeerId } from "../../src/primitives/index.js";
import type { Connection } from "../../src/runtime/index.js";
import { loadCases } from "../vectors/load.js";

interface Case {
  readonly kind: "key" | "consensus" | "signature" | "group-id" | "proof";
  readonly name: string;
  readonly display?: string;
  readonly secret: string;
  readonly digest: string;
  readonly groupId: string;
  readonly heartbeatIntervalMicros: number;
  readonly heartbeatJitterMs: number;
  readonly maxMissedHeartbeats: number;
  readonly machineSignature?: string;
  readonly syncSignature?: string;
  readonly validatorSignatures?: readonly string[];
  readonly ekm: string;
  readonly peer: string;
  readonly proof: string;
}

const cases = loadCases<Case>("groups.json");
const of = (kind: Case["kind"]): Case[] => cases.filter((c) => c.kind === kind);
const text = (name: string): string | undefined => /from_secret "(.*)"/.exec(name)?.[1];

/** Spec 05 §2.5. */
const NO_OP = {
  signature: Digest.from("mosaik_noop_state_machine"),
  sync: { signature: Digest.from("eaaef1b2c7c7717fda72accddba9b23ba259f2b149ceb20e365253e58f667d64") },
};

const idOf = (inputs: {
  secret: string;
  consensus?: Parameters<typeof consensusConfig>[0];
  machine?: { signature: Digest; sync: { signature: Digest } };
  tickets?: readonly string[];
}): string =>
  groupId({
    key: GroupKey.fromSecret(inputs.secret),
    consensus: consensusConfig(inputs.consensus),
    machine: (inputs.machine ?? NO_OP) as Parameters<typeof groupId>[0]["machine"],
    tickets: (inputs.tickets ?? []).map((signature) => ({ signature: Digest.from(signature) })),
  }).hex;

describe("keys, vectors of Rust", () => {
  it.each(of("key").filter(({ name }) => name.startsWith("from_secret")))("$name", ({ name, secret, display }) => {
    const key = GroupKey.fromSecret(text(name)!);
    expect(key.secret().hex).toBe(secret);
    expect(String(key)).toBe(display);
  });

  it.each(of("key").filter(({ name }) => name.includes("validator")))("$name", ({ secret, display }) => {
    const key = GroupKey.fromValidator({ signature: Digest.from(secret) });
    expect(key.secret().hex).toBe(secret);
    expect(String(key)).toBe(display);
  });

  it("show their secret to nobody", () => {
    const key = GroupKey.fromSecret("group1secret");
    const secret = key.secret().hex;
    expect(JSON.stringify({ key })).not.toContain(secret);
    expect(`${String(key)}${Object.values(key).join()}`).not.toContain(secret);
  });
});

describe("consensus digests, vectors of Rust", () => {
  it.each(of("consensus"))("$name", (c) => {
    const consensus = {
      heartbeatIntervalMs: Math.floor(c.heartbeatIntervalMicros / 1000),
      heartbeatJitterMs: c.heartbeatJitterMs,
      maxMissedHeartbeats: c.maxMissedHeartbeats,
    };
    expect(consensusDigest(consensusConfig(consensus)).hex).toBe(c.digest);
    if (c.groupId !== undefined) expect(idOf({ secret: "group1secret", consensus })).toBe(c.groupId);
  });
});

describe("group ids, vectors of running Rust nodes", () => {
  it.each(of("group-id"))("$name", (c) => {
    const { machineSignature, syncSignature, validatorSignatures } = c;
    const machine =
      machineSignature === undefined
        ? NO_OP
        : { signature: Digest.from(machineSignature), sync: { signature: Digest.from(syncSignature!) } };
    expect(idOf({ secret: c.secret, machine, tickets: validatorSignatures ?? [] })).toBe(c.groupId);
  });
});

describe("proofs, vectors of Rust", () => {
  it.each(of("proof"))("$name", ({ secret, ekm, peer, proof }) => {
    const group = Digest.from("a group");
    const exported: unknown[] = [];
    const connection = {
      exportKeyingMaterial(lengthBytes: number, label: Uint8Array, context: Uint8Array) {
        exported.push(lengthBytes, label, new TextDecoder().decode(context));
        return fromHex(ekm)!;
      },
    } as unknown as Connection;
    const key = GroupKey.fromSecret(secret);
    expect(proofOn(connection, group, key, PeerId.from(peer)).hex).toBe(proof);
    // The label is the group's id as it is; the context is the protocol.
    expect(exported).toEqual([32, group.bytes, "/mosaik/groups/1"]);
  });
});
