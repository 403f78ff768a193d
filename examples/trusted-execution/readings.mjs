// What both sides speak of.
import { stream, t } from "mosaik";

export const Readings = stream(
  "trusted-execution.readings",
  t.struct("demo::Reading", { number: t.u32, celsius: t.f64 }),
);
