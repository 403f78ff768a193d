import { Codec, t, type Reader, type Shape, type Writer } from "@mosaik/postcard";
import {
  decodeExtension,
  digestCodec,
  encodeExtension,
  peerIdCodec,
  signedPeerEntryCodec,
  type SignedPeerEntry,
} from "../network/index.js";
import type { Digest, NetworkId } from "../primitives/index.js";
import { boundedSequence } from "./bounded-sequence.js";
import type { GroupId } from "./group-id.js";
import { cursorCodec, indexCodec, indexRangeCodec, termCodec } from "./positions.js";
import { fingerprintField, fingerprintOf } from "./fingerprint-field.js";
import type { AppendEntries, Fingerprint, RaftMessage, Vote } from "./raft/messages.js";
import type { LogEntry } from "./storage/storage.js";
import { u64PairCodec } from "./u64-pair.js";

/** Entries or commands in one message. A leader of this library sends fewer; one of Rust sends all that it has. */
export const ENTRIES_MAX = 1024 * 1024;
/** Members whose entries one handshake lists. */
export const LISTED_BONDS_MAX = 1024;

/** What the members of a group tell each other: of the log, and of the state sync whose messages `M` are. */
export type GroupMessage<M = unknown> = RaftMessage | { readonly kind: "stateSync"; readonly message: M };

/** What goes over a bond once it stands (spec 05 §4.7). */
export type BondMessage<M = unknown> =
  | { readonly kind: "ping" }
  | { readonly kind: "pong" }
  | { readonly kind: "departure" }
  /** The sender's own entry is this one now. */
  | { readonly kind: "peerEntryUpdate"; readonly entry: SignedPeerEntry }
  /** The sender is bonded with this peer now. */
  | { readonly kind: "bondFormed"; readonly entry: SignedPeerEntry }
  | { readonly kind: "group"; readonly message: GroupMessage<M> };

/** Throws for what is no command of the group. */
export type CommandCheck = (command: Uint8Array) => void;

/** The answer to a handshake (spec 05 §4.2). */
export interface HandshakeEnd {
  /** Shows that the sender has the key, on this connection. */
  readonly proof: Digest;
  /** Whom the sender is bonded with in this group, in ascending order of their ids. */
  readonly bonds: readonly SignedPeerEntry[];
}

/** The first message on a bond, by whoever dialled. */
export interface HandshakeStart extends HandshakeEnd {
  readonly network: NetworkId;
  readonly group: GroupId;
}

const endFields = { proof: digestCodec, bonds: boundedSequence(signedPeerEntryCodec, LISTED_BONDS_MAX) };
/** Signatures are not checked here. */
export const handshakeStartCodec: Codec<HandshakeStart> = t.struct({
  network: digestCodec,
  group: digestCodec,
  ...endFields,
});
/** Signatures are not checked here. */
export const handshakeEndCodec: Codec<HandshakeEnd> = t.struct(endFields);

const VOTES: readonly Vote[] = ["granted", "denied", "abstained"];
const voteCodec = t.transform(t.u32, {
  to(number): Vote {
    const vote = VOTES[number];
    if (vote === undefined) throw new RangeError(`there is no vote ${number}`);
    return vote;
  },
  from: (vote) => VOTES.indexOf(vote),
  rustName: undefined,
});

/** An entry of a leader's message. */
export const entryCodec: Codec<LogEntry> = t.struct({ term: termCodec, command: t.bytes });

// The variants in the order of spec 05 §5. The orders of fields are traps: §18.
const appendEntriesCodec = t.struct({
  term: termCodec,
  leader: peerIdCodec,
  prev: cursorCodec,
  entries: boundedSequence(entryCodec, ENTRIES_MAX),
  leaderCommit: indexCodec,
});
const appendEntriesResponseCodec = t.struct({ term: termCodec, lastIndex: indexCodec, vote: voteCodec });
const requestVoteCodec = t.struct({ term: termCodec, candidate: peerIdCodec, position: cursorCodec });
const requestVoteResponseCodec = t.struct({ term: termCodec, vote: voteCodec });

const commandCodec = t.struct({
  commands: boundedSequence(t.bytes, ENTRIES_MAX),
  requestId: t.option(u64PairCodec),
});
const commandAckCodec = t.struct({ requestId: u64PairCodec, assigned: indexRangeCodec });
const queryCodec = t.struct({ query: t.bytes, requestId: u64PairCodec });
const queryResponseCodec = t.struct({ requestId: u64PairCodec, result: t.bytes, position: indexCodec });

/** Rust's `RaftMessage`: what a bond carries behind its own variant, without a length. */
class GroupMessageCodec<M> extends Codec<GroupMessage<M>> {
  readonly shape: Shape = { kind: "opaque" };
  readonly rustName = undefined;

  constructor(
    private readonly sync: Codec<M>,
    private readonly checkCommand: CommandCheck,
  ) {
    super();
  }

  override get minSize(): number {
    return 1;
  }

  override write(writer: Writer, message: GroupMessage<M>): void {
    switch (message.kind) {
      case "appendEntries":
        return writeAppendEntries(writer, message);
      case "appendEntriesResponse":
        writer.u8(1);
        return appendEntriesResponseCodec.write(writer, message);
      case "requestVote":
        writer.u8(2);
        return requestVoteCodec.write(writer, message);
      case "requestVoteResponse":
        writer.u8(3);
        return requestVoteResponseCodec.write(writer, message);
      case "command":
        writer.u8(4);
        writer.u8(0);
        return commandCodec.write(writer, message);
      case "commandAck":
        writer.u8(4);
        writer.u8(1);
        return commandAckCodec.write(writer, message);
      case "query":
        writer.u8(4);
        writer.u8(2);
        return queryCodec.write(writer, message);
      case "queryResponse":
        writer.u8(4);
        writer.u8(3);
        return queryResponseCodec.write(writer, message);
      case "stateSync":
        writer.u8(5);
        return this.sync.write(writer, message.message);
    }
  }

  override read(reader: Reader): GroupMessage<M> {
    const start = reader.offset;
    const variant = reader.u32();
    switch (variant) {
      case 0:
        return readAppendEntries(reader);
      case 1:
        return { kind: "appendEntriesResponse", ...appendEntriesResponseCodec.read(reader) };
      case 2:
        return { kind: "requestVote", ...requestVoteCodec.read(reader) };
      case 3:
        return { kind: "requestVoteResponse", ...requestVoteResponseCodec.read(reader) };
      case 4:
        return readForward(reader, this.checkCommand);
      case 5:
        return { kind: "stateSync", message: this.sync.read(reader) };
      default:
        throw reader.error("invalidVariant", `there is no message ${variant} of a group`, start);
    }
  }
}

function writeAppendEntries(writer: Writer, message: AppendEntries): void {
  writer.u8(0);
  appendEntriesCodec.write(writer, message);
  const { fingerprint } = message;
  if (fingerprint !== undefined) {
    writer.raw(encodeExtension(new Map([fingerprintField(fingerprint)])));
  }
}

function readAppendEntries(reader: Reader): AppendEntries {
  const { term, leader, prev, entries, leaderCommit } = appendEntriesCodec.read(reader);
  return { kind: "appendEntries", term, leader, prev, entries, leaderCommit, fingerprint: readFingerprint(reader) };
}

/** What stands behind the message up to the end of its frame is our own extension, or nobody's. */
function readFingerprint(reader: Reader): Fingerprint | undefined {
  if (reader.remaining === 0) return undefined;
  return fingerprintOf(decodeExtension(reader.bytes.subarray(reader.offset, reader.end)));
}

function readForward(reader: Reader, check: CommandCheck): RaftMessage {
  const start = reader.offset;
  const variant = reader.u32();
  switch (variant) {
    case 0: {
      const forwarded = commandCodec.read(reader);
      for (const command of forwarded.commands) check(command);
      return { kind: "command", ...forwarded };
    }
    case 1:
      return { kind: "commandAck", ...commandAckCodec.read(reader) };
    case 2:
      return { kind: "query", ...queryCodec.read(reader) };
    case 3:
      return { kind: "queryResponse", ...queryResponseCodec.read(reader) };
    default:
      throw reader.error("invalidVariant", `there is nothing to forward of kind ${variant}`, start);
  }
}

/** Rust's `BondMessage`. */
class BondMessageCodec<M> extends Codec<BondMessage<M>> {
  readonly shape: Shape = { kind: "opaque" };
  readonly rustName = undefined;

  constructor(private readonly group: Codec<GroupMessage<M>>) {
    super();
  }

  override get minSize(): number {
    return 1;
  }

  override write(writer: Writer, message: BondMessage<M>): void {
    switch (message.kind) {
      case "ping":
        return writer.u8(0);
      case "pong":
        return writer.u8(1);
      case "departure":
        return writer.u8(2);
      case "peerEntryUpdate":
        writer.u8(3);
        return signedPeerEntryCodec.write(writer, message.entry);
      case "bondFormed":
        writer.u8(4);
        return signedPeerEntryCodec.write(writer, message.entry);
      case "group":
        writer.u8(5);
        return this.group.write(writer, message.message);
    }
  }

  override read(reader: Reader): BondMessage<M> {
    const start = reader.offset;
    const variant = reader.u32();
    switch (variant) {
      case 0:
        return { kind: "ping" };
      case 1:
        return { kind: "pong" };
      case 2:
        return { kind: "departure" };
      case 3:
        return { kind: "peerEntryUpdate", entry: signedPeerEntryCodec.read(reader) };
      case 4:
        return { kind: "bondFormed", entry: signedPeerEntryCodec.read(reader) };
      case 5:
        return { kind: "group", message: this.group.read(reader) };
      default:
        throw reader.error("invalidVariant", `there is no message ${variant} of a bond`, start);
    }
  }
}

/**
 * @param sync the messages of the group's state sync
 * @param checkCommand default: commands that members forward are any bytes
 */
export function groupMessageCodec<M>(sync: Codec<M>, checkCommand: CommandCheck = () => {}): Codec<GroupMessage<M>> {
  return new GroupMessageCodec(sync, checkCommand);
}

/** One frame of a bond. Signatures are not checked here. The parameters are those of `groupMessageCodec`. */
export function bondMessageCodec<M>(sync: Codec<M>, checkCommand?: CommandCheck): Codec<BondMessage<M>> {
  return new BondMessageCodec(groupMessageCodec(sync, checkCommand));
}
