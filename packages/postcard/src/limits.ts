/** How deep values may nest through `t.lazy`, when encoding and when decoding. */
export const DEPTH_MAX = 128;

/**
 * How many items that take no bytes at all (units, empty structs) one value may hold in its sequences, sets and maps,
 * summed up. Counts of all other items are bounded by the bytes that are left.
 */
export const ZERO_SIZE_ITEMS_MAX = 65_536;

/** Byte values below this size are copied out of the input; larger ones are views into it. */
export const COPY_BELOW_BYTES = 16 * 1024;
