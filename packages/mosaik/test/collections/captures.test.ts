import { t, type Codec } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { collection } from "../../src/collections/index.js";
import {
  cellType,
  mapType,
  onceType,
  priorityQueueType,
  setType,
  vecType,
  type CollectionType,
} from "../../src/collections/kinds.js";
import type { AnyCommand } from "../../src/collections/machine.js";
import { EncodedItems, snapshotMessageCodec, type SnapshotMessage } from "../../src/collections/sync/protocol.js";
import { bondMessageCodec, handshakeStartCodec, type GroupMessage } from "../../src/groups/protocol.js";
import { fromHex, toHex } from "../../src/primitives/index.js";
import { loadCases } from "../vectors/load.js";

interface Case {
  readonly direction: "js->rust" | "rust->js";
  readonly hex: string;
  readonly meaning: string;
}

type AnyType = CollectionType<AnyCommand, unknown, object, object>;

const u64 = t.u64.asNumber();
const { string } = t;
/** The collections of the recording, by the name that each message begins with; all have the store "cap". */
const RECORDED = {
  map: { type: mapType(string, u64), id: collection.map("cap", string, u64).groupId },
  vec: { type: vecType(string), id: collection.vec("cap", string).groupId },
  set: { type: setType(string), id: collection.set("cap", string).groupId },
  cell: { type: cellType(u64), id: collection.cell("cap", u64).groupId },
  once: { type: onceType(u64), id: collection.once("cap", u64).groupId },
  depq: {
    type: priorityQueueType(u64, string, u64, Infinity),
    id: collection.priorityQueue("cap", u64, string, u64).groupId,
  },
};
type Kind = keyof typeof RECORDED;
const KINDS = Object.keys(RECORDED) as Kind[];

const cases = loadCases<Case>("captures-collections.json");
const of = (kind: Kind): Case[] => cases.filter(({ meaning }) => meaning.startsWith(`${kind}: `));
/** Empty, and as strict about the order of items as can be. */
const partsOf = (kind: Kind) => (RECORDED[kind].type as unknown as AnyType).make(0);

/** What went over the bond after the handshake, decoded. */
function messagesOf(kind: Kind): { readonly one: Case; readonly message: GroupMessage<SnapshotMessage<unknown>> }[] {
  const codec = bondMessageCodec(snapshotMessageCodec(partsOf(kind).item));
  return of(kind)
    .filter(({ meaning }) => !meaning.includes("Handshake"))
    .flatMap((one) => {
      const bond = codec.decode(fromHex(one.hex)!);
      expect(toHex(codec.encode(bond)), one.meaning).toBe(one.hex);
      return bond.kind === "group" ? [{ one, message: bond.message }] : [];
    });
}

function reencoded(codec: Codec<AnyCommand>, command: Uint8Array): string {
  return toHex(codec.encode(codec.decode(command)));
}

describe("traffic of Rust nodes with collections", () => {
  it.each(KINDS)("%s: the group's id is ours", (kind) => {
    const start = of(kind).find(({ meaning }) => meaning.includes("HandshakeStart"))!;
    expect(handshakeStartCodec.decode(fromHex(start.hex)!).group).toBe(RECORDED[kind].id);
  });

  it.each(KINDS)("%s: messages, and the commands in them, decode and encode to the same bytes", (kind) => {
    const { command: codec } = partsOf(kind);
    const commands = messagesOf(kind).flatMap(({ message }) => {
      if (message.kind === "appendEntries") return message.entries.map(({ command }) => command);
      return message.kind === "command" ? message.commands : [];
    });
    expect(commands.length).toBeGreaterThan(2);
    for (const command of commands) expect(reencoded(codec, command)).toBe(toHex(command));
  });

  it.each(KINDS)("%s: a snapshot that Rust gave is what its commands lead to, in its order", (kind) => {
    const { command: codec, item, state } = partsOf(kind);
    const messages = messagesOf(kind).filter(({ one }) => one.direction === "rust->js");
    const responses = messages.flatMap(({ message }) =>
      message.kind === "stateSync" && message.message.kind === "fetchDataResponse" ? [message.message.value] : [],
    );
    expect(responses.length).toBe(1);
    const { anchor, offset, items } = responses[0]!;
    const offer = messages
      .map(({ message }) => message.kind === "stateSync" && message.message)
      .find((message) => message && message.kind === "snapshotOffer");
    expect(offer).toMatchObject({ value: { anchor } });

    let applied = 0;
    for (const { message } of messages) {
      if (message.kind !== "appendEntries") continue;
      for (const [i, { command }] of message.entries.entries()) {
        const index = message.prev.index + 1 + i;
        if (index !== applied + 1 || index > anchor.index) continue;
        applied = index;
        const decoded = codec.decode(command);
        if (decoded.kind !== "TakeSnapshot") state.apply(decoded);
      }
    }
    expect(applied).toBe(anchor.index);
    expect(offer).toMatchObject({ value: { itemsCount: (state as unknown as { size: number }).size } });

    const steps = state.freeze().items();
    let step = steps.next();
    while (!step.done) step = steps.next();
    expect(items).not.toBeInstanceOf(EncodedItems);
    const theirs = items as readonly unknown[];
    const ours = step.value.slice(offset, offset + theirs.length);
    expect(ours.map((one) => toHex(item.encode(one)))).toEqual(theirs.map((one) => toHex(item.encode(one))));
  });
});
