export type { Cursor, Index, IndexRange, Term } from "./positions.js";
export { MemoryLog } from "./storage/memory.js";
export type { LogEntry, LogSlice, LogStorage } from "./storage/storage.js";
