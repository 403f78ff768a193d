import { Codec, t, type Reader, type Shape, type Writer } from "@mosaik/postcard";
import { Digest, equalBytes } from "../primitives/index.js";
import type { Runtime } from "../runtime/index.js";
import { endpointAddressCodec } from "./address.js";
import { digestCodec } from "./id-codecs.js";
import { PeerEntry, type PeerEntryFields, type Ticket } from "./peer-entry.js";

const ticketCodec: Codec<Ticket> = t.struct("mosaik::tickets::ticket::Ticket", { class: digestCodec, data: t.bytes });
const idSetCodec: Codec<ReadonlySet<Digest>> = t.btreeSet(digestCodec);
/** The version of an entry: two zigzag varints. */
export const versionCodec = t.struct({ started: t.i64, updated: t.i64 });

const fieldsCodec = t.struct({
  protocol: t.semver,
  network: digestCodec,
  version: versionCodec,
  address: endpointAddressCodec,
  tags: idSetCodec,
  streams: idSetCodec,
  functions: idSetCodec,
  groups: idSetCodec,
  tickets: t.btreeMap(digestCodec, ticketCodec),
});

/** A peer's entry in the canonical form of spec 01 §3.6: sets and maps sorted, URLs normalised, whatever came in. */
export const peerEntryCodec = t.transform(fieldsCodec, {
  to: (fields) => new PeerEntry(withSharedEmpties(fields)),
  from: (entry: PeerEntry) => ({ ...entry }),
  rustName: "mosaik::discovery::entry::PeerEntry",
});

const NO_IDS: ReadonlySet<Digest> = new Set();
const NO_TICKETS: PeerEntryFields["tickets"] = new Map();

/** Most sets of most entries are empty: a large catalog shall not hold thousands of empty ones. */
function withSharedEmpties(fields: PeerEntryFields): PeerEntryFields {
  const shared = (ids: ReadonlySet<Digest>): ReadonlySet<Digest> => (ids.size === 0 ? NO_IDS : ids);
  return {
    ...fields,
    tags: shared(fields.tags),
    streams: shared(fields.streams),
    functions: shared(fields.functions),
    groups: shared(fields.groups),
    tickets: fields.tickets.size === 0 ? NO_TICKETS : fields.tickets,
  };
}

const SIGNATURE_BYTES = 64;

/** An entry with its author's signature. Holding one does not mean that the signature was checked. */
export class SignedPeerEntry {
  readonly entry: PeerEntry;
  /** The canonical bytes: the entry, then the signature. */
  readonly encoded: Uint8Array;

  constructor(entry: PeerEntry, signature: Uint8Array, encodedEntry: Uint8Array = peerEntryCodec.encode(entry)) {
    this.entry = entry;
    this.encoded = new Uint8Array(encodedEntry.length + SIGNATURE_BYTES);
    this.encoded.set(encodedEntry);
    this.encoded.set(signature, encodedEntry.length);
  }

  get signature(): Uint8Array {
    return this.encoded.subarray(-SIGNATURE_BYTES);
  }

  /** What is signed: the BLAKE3 of the canonical entry (spec 02 §3.2). */
  digest(): Digest {
    return Digest.hash(this.encoded.subarray(0, -SIGNATURE_BYTES));
  }

  /** Whether both say the same but for their versions. */
  hasSameContent(other: SignedPeerEntry): boolean {
    const { version } = this.entry;
    return equalBytes(contentOf(this.entry), contentOf(new PeerEntry({ ...other.entry, version })));
  }
}

/** A signed entry on the wire. The signature is not checked here: see `verifySignature`. */
class SignedPeerEntryCodec extends Codec<SignedPeerEntry> {
  readonly shape: Shape = { kind: "opaque" };
  readonly rustName = "mosaik::discovery::entry::SignedPeerEntry";

  override get minSize(): number {
    return peerEntryCodec.minSize + SIGNATURE_BYTES;
  }

  override write(writer: Writer, value: SignedPeerEntry): void {
    writer.ensure(value.encoded.length);
    writer.bytes.set(value.encoded, writer.length);
    writer.length += value.encoded.length;
  }

  override read(reader: Reader): SignedPeerEntry {
    const entry = peerEntryCodec.read(reader);
    return new SignedPeerEntry(entry, reader.raw(SIGNATURE_BYTES));
  }
}

export const signedPeerEntryCodec: Codec<SignedPeerEntry> = new SignedPeerEntryCodec();

/** Signs an entry. @throws RangeError if the key is not that of the entry's peer */
export function signEntry(
  signer: { readonly id: PeerEntry["id"]; sign(digest: Digest): Uint8Array },
  entry: PeerEntry,
): SignedPeerEntry {
  if (signer.id !== entry.id) {
    throw new RangeError(`${signer.id.short()} cannot sign the entry of ${entry.id.short()}`);
  }
  const encoded = peerEntryCodec.encode(entry);
  return new SignedPeerEntry(entry, signer.sign(Digest.hash(encoded)), encoded);
}

/** Whether the entry was signed by the peer that it describes, by the strict rules of spec 01 §1.5. */
export function verifySignature(runtime: Runtime, signed: SignedPeerEntry): boolean {
  return runtime.verify(signed.entry.id.bytes, signed.digest().bytes, signed.signature);
}

function contentOf(entry: PeerEntry): Uint8Array {
  return peerEntryCodec.encode(entry);
}
