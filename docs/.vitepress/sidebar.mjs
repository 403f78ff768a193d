/** The table of contents. */
export const sidebar = [
  {
    text: "Getting started",
    items: [
      { text: "What Mosaik is", link: "/" },
      { text: "Your first two nodes", link: "/getting-started/" },
      { text: "Installation", link: "/getting-started/installation" },
      { text: "What is in it", link: "/getting-started/overview" },
      { text: "Nodes in one process", link: "/getting-started/two-nodes" },
    ],
  },
  {
    text: "Concepts",
    items: [
      { text: "Architecture", link: "/concepts/architecture" },
      { text: "Identity", link: "/concepts/identity" },
      { text: "Self-organization", link: "/concepts/self-organization" },
      { text: "Types on the wire", link: "/concepts/types" },
      { text: "Conditions", link: "/concepts/conditions" },
    ],
  },
  {
    text: "Tutorials",
    items: [
      { text: "A bootstrap node", link: "/tutorials/bootstrap-node" },
      { text: "An order book", link: "/tutorials/order-book" },
      { text: "A group chat", link: "/tutorials/group-chat" },
    ],
  },
  {
    text: "Subsystems",
    items: [
      { text: "Network", link: "/subsystems/network" },
      {
        text: "Discovery",
        link: "/subsystems/discovery",
        collapsed: true,
        items: [
          { text: "DHT, bootstrap peers, local network", link: "/subsystems/discovery/finding-peers" },
          { text: "Catalog", link: "/subsystems/discovery/catalog" },
          { text: "Events", link: "/subsystems/discovery/events" },
          { text: "Relays", link: "/subsystems/discovery/relays" },
        ],
      },
      {
        text: "Streams",
        link: "/subsystems/streams",
        collapsed: true,
        items: [
          { text: "Producers", link: "/subsystems/streams/producers" },
          { text: "Consumers", link: "/subsystems/streams/consumers" },
          { text: "Status and conditions", link: "/subsystems/streams/status" },
        ],
      },
      {
        text: "Functions",
        link: "/subsystems/functions",
        collapsed: true,
        items: [{ text: "Middleware", link: "/middleware" }],
      },
      {
        text: "Groups",
        link: "/subsystems/groups",
        collapsed: true,
        items: [
          { text: "Joining", link: "/subsystems/groups/joining" },
          { text: "State machines", link: "/subsystems/groups/state-machines" },
          { text: "Commands and queries", link: "/subsystems/groups/commands" },
          { text: "Status and events", link: "/subsystems/groups/status" },
          { text: "Only with a majority", link: "/groups-guards" },
        ],
      },
      {
        text: "Collections",
        link: "/subsystems/collections",
        collapsed: true,
        items: [
          { text: "Writers and readers", link: "/subsystems/collections/writer-reader" },
          { text: "Map", link: "/subsystems/collections/map" },
          { text: "Vec", link: "/subsystems/collections/vec" },
          { text: "Set", link: "/subsystems/collections/set" },
          { text: "Cell", link: "/subsystems/collections/cell" },
          { text: "Once", link: "/subsystems/collections/once" },
          { text: "Priority queue", link: "/subsystems/collections/priority-queue" },
        ],
      },
      { text: "Tickets", link: "/subsystems/tickets" },
    ],
  },
  {
    text: "In production",
    items: [
      { text: "What can be lost, and when", link: "/what-can-be-lost" },
      { text: "Rust and TypeScript in one network", link: "/rust-and-typescript" },
      { text: "Coming from NATS, etcd, libp2p", link: "/coming-from" },
      { text: "Groups with Rust members", link: "/groups-with-rust" },
    ],
  },
  {
    text: "Internals",
    collapsed: true,
    items: [
      { text: "Wire and framing", link: "/internals/wire" },
      { text: "Gossip", link: "/internals/gossip" },
      { text: "Bonds", link: "/internals/bonds" },
      { text: "Raft", link: "/internals/raft" },
      { text: "State sync", link: "/internals/state-sync" },
      { text: "Identity and determinism", link: "/internals/determinism" },
      { text: "The simulator", link: "/internals/simulator" },
      { text: "Between TypeScript nodes", link: "/protocol/typescript" },
      { text: "Calls between TypeScript nodes", link: "/protocol/calls" },
      { text: "Status protocol", link: "/protocol/status" },
    ],
  },
  {
    text: "Reference",
    items: [
      { text: "Configuration", link: "/reference/configuration" },
      { text: "Errors and close codes", link: "/reference/errors" },
      { text: "Metrics", link: "/reference/metrics" },
      { text: "Diagnostics and traces", link: "/reference/diagnostics" },
      { text: "The command", link: "/cli" },
      { text: "Notation of types", link: "/reference/notation" },
      { text: "Testing", link: "/testing" },
      { text: "What happens when", link: "/outcomes" },
      { text: "Limits", link: "/LIMITS" },
      { text: "Primitives", link: "/reference/primitives" },
      { text: "Parity with Rust", link: "/parity" },
      { text: "Versions", link: "/versioning" },
      { text: "API", link: "/api/" },
    ],
  },
];
