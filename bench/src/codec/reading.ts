/** What the codec benchmarks encode and decode: a struct of a string, a float and a time. */
export interface Reading {
  sensor: string;
  celsius: number;
  /** A 64-bit integer on the wire, in ms. */
  at: number;
}

/** So many that neither a cache of text nor a branch predictor knows them by heart. */
const READINGS = 1024;

/** Different readings, whose names are 8 to 11 characters long. */
export const readings: readonly Reading[] = Array.from({ length: READINGS }, (_, i) => ({
  sensor: `sensor-${i}`,
  celsius: i * 0.37,
  at: 1_700_000_000_000 + i * 7,
}));

/** A library that is compared, set up for readings. */
export interface Library {
  /** Encodes into a buffer that is used again where the library lets one, else into bytes of their own. @returns their number */
  encode(reading: Reading): number;
  /** The encoding, to be kept. */
  bytes(reading: Reading): Uint8Array;
  decode(bytes: Uint8Array): Reading;
}
