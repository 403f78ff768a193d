// The order of the house (DESIGN §2): a room may import only rooms above it, and another room only through its index.ts, or its
// preload.ts, which has what the index leaves to be loaded when it is used.
const rooms = [
  "primitives",
  "metrics",
  "runtime",
  "network",
  "tickets",
  "dht",
  "gossip",
  "discovery",
  "streams",
  "functions",
  "groups",
  "collections",
  "status",
  "tee",
  "node",
  "prometheus",
  "opentelemetry",
  "testing",
];
const root = "packages/mosaik/src";

const order = rooms.map((room, i) => ({
  name: `${room}-imports-only-rooms-above`,
  severity: "error",
  from: { path: `^${root}/${room}/` },
  to: { path: `^${root}/(${[...rooms.slice(i + 1), "index\\.ts"].join("|")})${i + 1 < rooms.length ? "" : "$"}` },
}));

module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "rooms-meet-at-index",
      severity: "error",
      from: { path: `^${root}/([^/]+)/` },
      to: {
        path: `^${root}/([^/]+)/`,
        pathNot: [`^${root}/$1/`, `^${root}/[^/]+/(index|preload)\\.ts$`, `^${root}/primitives/`],
      },
    },
    {
      name: "packages-stand-alone",
      severity: "error",
      from: { path: "^packages/(postcard|iroh)/src" },
      to: { path: "^packages/", pathNot: "^packages/$1/" },
    },
    {
      name: "trusted-execution-is-loaded-when-it-is-used",
      severity: "error",
      from: { path: `^${root}/(?!tee/)` },
      to: { path: `^${root}/tee/`, dynamic: false, dependencyTypesNot: ["type-only"] },
    },
    ...order,
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|node_modules|target)/" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["mosaik-source", "import"] },
  },
};
