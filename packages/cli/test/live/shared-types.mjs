// What a program and the command share: `--type shared-types.mjs#Reading`.
import { t } from "mosaik";

export const Reading = t.struct("demo::Reading", { sensor: t.string, celsius: t.f64 });
export const Text = t.transform(t.string, { to: (text) => text.toUpperCase(), from: (text) => text.toLowerCase() });
export const VERSION = 1;
