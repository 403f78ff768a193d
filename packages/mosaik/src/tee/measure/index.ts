/** What a guest will measure, known beforehand from its files: for the validators that are to admit it. An entry of its own, `mosaik/tee/measure`. */
export { MeasureError } from "./errors.js";
export type { BootParameters } from "./kernel.js";
export { mrtdOf, type BuildOrder } from "./mrtd.js";
export { rtmr1Of, type FirmwareGeneration } from "./rtmr1.js";
export { registerOf, rtmr2Of } from "./rtmr.js";
