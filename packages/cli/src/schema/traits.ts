/** What Rust derives beside `Debug`, `Serialize` and `Deserialize`; `Ord` stands for `PartialOrd` too. */
export type Trait = "Clone" | "PartialEq" | "Eq" | "Hash" | "Ord";
