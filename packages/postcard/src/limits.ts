/** How deep values may nest through `t.lazy`, when encoding and when decoding, where the type between is not tall itself. */
export const DEPTH_MAX = 128;

/**
 * How tall, in codecs within codecs, a type may be down to the next `t.lazy`, itself included, for its values to nest
 * `DEPTH_MAX` deep. Of a taller one they nest less deep in proportion: together that is 1024 codecs, which fit the stack.
 */
export const LEVEL_HEIGHT = 8;

/**
 * How many items that take no bytes at all (units, empty structs) one value may hold in its sequences, sets and maps,
 * summed up. Counts of all other items are bounded by the bytes that are left.
 */
export const ZERO_SIZE_ITEMS_MAX = 65_536;

/** Byte values below this size are copied out of the input; larger ones are views into it. */
export const COPY_BELOW_BYTES = 16 * 1024;
