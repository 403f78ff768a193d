import { Digest, digestCodec, PeerId, peerIdCodec, t } from "mosaik";
import { ALL, leaf, type Builtin } from "./builtin.js";

const primitives: readonly Builtin[] = [
  ...(["bool", "char", "f32", "f64"] as const).map((name) =>
    leaf(name, t[name], {
      path: name,
      rustType: name,
      value: () => (name === "bool" ? "boolean" : name === "char" ? "string" : "number"),
      traits: name.startsWith("f") ? ["Clone", "PartialEq"] : ALL,
    }),
  ),
  ...(["u8", "u16", "u32", "i8", "i16", "i32"] as const).map((name) =>
    leaf(name, t[name], { path: name, rustType: name, value: () => "number" }),
  ),
  ...(["u64", "u128", "usize", "i64", "i128", "isize"] as const).map((name) =>
    leaf(name, t[name], { path: name, rustType: name, value: () => "bigint" }),
  ),
  leaf("unit", t.unit, { path: "()", rustType: "()", value: () => "undefined" }),
  leaf("string", t.string, {
    path: "alloc::string::String",
    rustType: "String",
    aliases: ["String"],
    crates: ["std", "alloc"],
    value: () => "string",
  }),
  leaf("str", t.str, { path: "str", rustType: "str", value: () => "string" }),
  leaf("json", t.json(), { path: undefined, rustType: "String", codec: () => "t.json()", value: () => "unknown" }),
];

const libraries: readonly Builtin[] = [
  leaf("bytes", t.bytes, {
    path: "bytes::bytes::Bytes",
    rustType: "bytes::Bytes",
    aliases: ["Bytes"],
    crates: ["bytes", "mosaik"],
    value: () => "Uint8Array",
  }),
  leaf("pathBuf", t.newtype("std::path::PathBuf", t.string), {
    path: "std::path::PathBuf",
    rustType: "std::path::PathBuf",
    aliases: ["PathBuf"],
    crates: ["std"],
    codec: () => 't.newtype("std::path::PathBuf", t.string)',
    value: () => "string",
  }),
  leaf("duration", t.duration, {
    path: "core::time::Duration",
    rustType: "std::time::Duration",
    aliases: ["Duration"],
    crates: ["std", "core"],
  }),
  leaf("systemTime", t.systemTime, {
    path: "std::time::SystemTime",
    rustType: "std::time::SystemTime",
    aliases: ["SystemTime"],
    crates: ["std"],
  }),
  leaf("dateTime", t.dateTime, {
    path: "chrono::datetime::DateTime<chrono::offset::utc::Utc>",
    rustType: "chrono::DateTime<chrono::Utc>",
    aliases: ["DateTime"],
    crates: ["chrono"],
  }),
  leaf("semver", t.semver, {
    path: "semver::Version",
    rustType: "semver::Version",
    rustAliases: ["Version"],
    crates: ["semver"],
    value: () => "string",
  }),
  ...(["ipAddr", "ipv4Addr", "ipv6Addr", "socketAddr", "socketAddrV4", "socketAddrV6"] as const).map((name) => {
    const rustName = name[0]!.toUpperCase() + name.slice(1);
    const path = `core::net::${name.startsWith("ip") ? "ip_addr" : "socket_addr"}::${rustName}`;
    const details = { path, rustType: `std::net::${rustName}`, aliases: [rustName], crates: ["std", "core"] };
    return leaf(name, t[name], { ...details, value: () => "string" });
  }),
  leaf("digest", digestCodec, {
    path: "mosaik::primitives::id::Digest",
    rustType: "mosaik::Digest",
    aliases: ["Digest"],
    rustAliases: ["UniqueId", "Tag", "NetworkId", "StreamId", "StoreId", "FunctionId", "GroupId"],
    crates: ["mosaik"],
    codec: () => "digestCodec",
    value: () => Digest.name,
  }),
  leaf("peerId", peerIdCodec, {
    path: "iroh_base::key::PublicKey",
    rustType: "mosaik::PeerId",
    aliases: ["PeerId"],
    rustAliases: ["PublicKey", "EndpointId"],
    crates: ["mosaik", "iroh", "iroh_base"],
    codec: () => "peerIdCodec",
    value: () => PeerId.name,
  }),
];

/** The types without arguments. */
export const LEAVES: readonly Builtin[] = [...primitives, ...libraries];
