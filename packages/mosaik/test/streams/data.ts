import { t } from "@mosaik/postcard";

/** The datum types of the Rust test-suite: newtypes around a text, at the root of the crate `all`. */
export const Data1 = t.newtype("all::Data1", t.string);
export const Data2 = t.newtype("all::Data2", t.string);
