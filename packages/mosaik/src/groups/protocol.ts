import type { RaftMessage } from "./raft/messages.js";

/** What the members of a group tell each other: of the log, and of the state sync whose messages `M` are. */
export type GroupMessage<M = unknown> = RaftMessage | { readonly kind: "stateSync"; readonly message: M };
