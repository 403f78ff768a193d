/** What a program should hear of although nothing failed. */
export type TeeWarning = "MOSAIK_TDX_RUST_COMPATIBLE" | "MOSAIK_TDX_NO_COLLATERAL" | "MOSAIK_TDX_COLLATERAL";

/** Warns by `process.emitWarning`: on standard error, unless the program listens to `warning`. */
export function emitTeeWarning(code: TeeWarning, message: string): void {
  process.emitWarning(message, { type: "MosaikWarning", code });
}
