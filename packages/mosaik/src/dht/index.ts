/**
 * The Mainline DHT (BEP 5, 44): a client for signed items, and the slots in it through which the nodes of a network find each other
 * (spec 02 §13, 03 part B).
 */
export { DEFAULT_ROUTERS, DhtClient, type DhtOptions } from "./client.js";
export { openDht } from "./open.js";
export type { LookupResult, Responder } from "./lookup.js";
export type { SignedPacket } from "./signed-packet.js";
export { decodeSlotRecord, encodeSlotRecord } from "./slot-record.js";
export { SlotWorker, type SlotWorkerOptions } from "./slot-worker.js";
export { slotSeeds } from "./slots.js";
export type { StoreOutcome } from "./store.js";
