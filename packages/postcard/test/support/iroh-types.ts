import { compareBytes, t, type Codec } from "../../src/index.js";

// The types of iroh and Mosaik that the vectors hold, as a program would declare them.

/** Rust refuses bytes that are no point of the curve; codecs can take that on as a refinement. */
export const PublicKey = t.fixedBytes(32, "iroh_base::key::PublicKey").refine<Uint8Array>({
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) =>
      isCurvePoint(value as Uint8Array) ? { value: value as Uint8Array } : { issues: [{ message: "not a point" }] },
  },
});
export const SecretKey = t.newtype("iroh_base::key::SecretKey", t.bytes);
export const Signature = t.fixedBytes(64, "iroh_base::key::Signature");
export const RelayUrl: Codec<string> = t.transform(t.string, {
  to: (text) => new URL(text).href,
  from: (text: string) => new URL(text).href,
  rustName: "iroh_base::relay_url::RelayUrl",
});
const same = <T>(value: T): T => value;
/** Up to 30 bytes are kept in place and ordered by their number first; longer ones come after all of these. */
const CustomData = t.transform<Uint8Array, Uint8Array>(t.bytes, {
  to: same,
  from: same,
  compare: (a, b) => {
    const [x, y] = [Math.min(a.length, 31), Math.min(b.length, 31)];
    return x - y || compareBytes(a, b);
  },
});
export const CustomAddr = t.struct("iroh_base::endpoint_addr::CustomAddr", { id: t.u64, data: CustomData });
export const TransportAddr = t.enum("iroh_base::endpoint_addr::TransportAddr", {
  Relay: RelayUrl,
  Ip: t.socketAddr,
  Custom: CustomAddr,
});
export const EndpointAddr = t.struct("iroh_base::endpoint_addr::EndpointAddr", {
  id: PublicKey,
  addrs: t.btreeSet(TransportAddr),
});
export const Digest = t.fixedBytes(32, "mosaik::primitives::id::Digest");
export const Ticket = t.struct("mosaik::tickets::ticket::Ticket", { class: Digest, data: t.bytes });
export const Term = t.newtype("mosaik::groups::cursor::Term", t.u64);
export const Index = t.newtype("mosaik::groups::cursor::Index", t.u64);
export const Cursor = t.newtype("mosaik::groups::cursor::Cursor", t.tuple(Term, Index));
export const GroupKey = t.struct("mosaik::groups::key::GroupKey", { secret: Digest });

/** The messages of `LogReplaySync`, for a command type. */
export function logReplaySyncMessage<T>(command: Codec<T>): Codec<unknown> {
  const entry = t.tuple(t.encoded(command), Term);
  return t.enum(
    "mosaik::groups::replay::LogReplaySyncMessage",
    {
      AvailabilityRequest: t.unit,
      AvailabilityResponse: t.rangeInclusive(Index),
      FetchEntriesRequest: t.rangeInclusive(Index),
      FetchEntriesResponse: t.struct({ range: t.rangeInclusive(Index), entries: t.vec(entry) }),
    },
    { generics: [command] },
  );
}

/** Whether x^2 = (y^2 - 1) / (d y^2 + 1) has a solution modulo 2^255 - 19. */
function isCurvePoint(bytes: Uint8Array): boolean {
  const p = (1n << 255n) - 19n;
  const d = 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n;
  const y = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n) & ((1n << 255n) - 1n);
  const square = (y * y) % p;
  const ratio = (square + p - 1n) * power((d * square + 1n) % p, p - 2n, p);
  return power(ratio % p, (p - 1n) / 2n, p) <= 1n;
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (let b = base, e = exponent; e > 0n; e >>= 1n, b = (b * b) % modulus) {
    if ((e & 1n) === 1n) result = (result * b) % modulus;
  }
  return result;
}
