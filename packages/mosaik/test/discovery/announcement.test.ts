import { describe, expect, it } from "vitest";
import { announcementCodec, signDeparture, verifyDeparture, type Departure } from "../../src/discovery/announcement.js";
import { fromHex, toHex } from "../../src/primitives/index.js";
import { realCrypto, signerOf } from "../network/crypto.js";
import { loadCases } from "../vectors/load.js";

interface DepartureCase {
  kind: string;
  name: string;
  seed: string;
  lastVersion: [number, number];
  timestamp: string;
  message: string;
  signature: string;
  announcement: string;
  signed: string;
}

const cases = loadCases<DepartureCase>("peer-entry.json");

describe("announcements, vectors of Rust", () => {
  it.each(cases.filter(({ kind }) => kind === "entry"))("entry: $name", ({ announcement, signed }) => {
    const decoded = announcementCodec.decode(fromHex(announcement)!);
    expect(decoded.kind).toBe("entry");
    expect(toHex(announcementCodec.encode(decoded))).toBe(announcement);
    expect(announcement).toBe(`00${signed}`);
  });

  it.each(cases.filter(({ kind }) => kind === "departure"))("$name", (c) => {
    const decoded = announcementCodec.decode(fromHex(c.message)!);
    const departure = decoded.value as Departure;
    expect(departure.timestamp.toString()).toBe(c.timestamp);
    expect(toHex(announcementCodec.encode(decoded))).toBe(c.message);
    expect(verifyDeparture(realCrypto, departure)).toBe(true);
    // The signature covers whole milliseconds, so that ours is Rust's although our clock has no nanoseconds.
    const [started, updated] = c.lastVersion.map(BigInt);
    const ours = signDeparture(
      signerOf(fromHex(c.seed)!),
      { started: started!, updated: updated! },
      departure.timestamp.toMillis(),
    );
    expect(toHex(ours.signature)).toBe(c.signature);
  });

  it("a departure of another version, time or peer has another signature", () => {
    const signer = signerOf(new Uint8Array(32).fill(1));
    const departure = signDeparture(signer, { started: 1n, updated: 2n }, 1_700_000_000_000);
    expect(verifyDeparture(realCrypto, departure)).toBe(true);
    const { timestamp } = signDeparture(signer, departure.lastVersion, 1_700_000_000_001);
    expect(verifyDeparture(realCrypto, { ...departure, timestamp })).toBe(false);
    expect(verifyDeparture(realCrypto, { ...departure, lastVersion: { started: 1n, updated: 3n } })).toBe(false);
    const { id } = signerOf(new Uint8Array(32).fill(2));
    expect(verifyDeparture(realCrypto, { ...departure, peer: id })).toBe(false);
  });
});
