/**
 * Mosaik: self-organizing, leaderless distributed systems. Nodes that share a network id find each other, stream typed data and call
 * each other's functions, with nothing to install between them.
 */
export { DateTime, DecodeError, EncodeError, t, type Codec } from "@mosaik/postcard";
export { Condition, Digest, MosaikError, PeerCondition, PeerId } from "./primitives/index.js";
export type {
  BackoffPolicy,
  DigestLike,
  Lagged,
  NetworkId,
  PeerIdLike,
  StreamId,
  Tag,
  UniqueId,
} from "./primitives/index.js";
export { Metrics, type MetricSample } from "./metrics/index.js";
export type { Runtime } from "./runtime/index.js";
export { CLOSE, NetworkError, PeerEntry, PeerInfo, SignedPeerEntry } from "./network/index.js";
export type {
  CloseCode,
  EndpointAddress,
  NetworkErrorCode,
  PeerPredicate,
  Ticket,
  TransportAddr,
} from "./network/index.js";
export { Expiration, ExpiryTimer, InvalidTicket, validateTicket, validateTickets } from "./tickets/index.js";
export type { InvalidTicketCode, TicketValidator } from "./tickets/index.js";
export { DiscoveryError } from "./discovery/index.js";
export type {
  BootstrapPeer,
  CatalogChange,
  CatalogView,
  DepartureReason,
  Diagnosis,
  Discovery,
  DiscoveryConfig,
  DiscoveryErrorCode,
  DiscoveryEvent,
  Topology,
} from "./discovery/index.js";
export { ConsumerDef, ProducerDef, stream, StreamDef, StreamError } from "./streams/index.js";
export type {
  ChannelCondition,
  ChannelEnd,
  ChannelInfo,
  ChannelStats,
  Consumer,
  ConsumerEvent,
  ConsumerOptions,
  DrainReport,
  FullPolicy,
  GapCause,
  Item,
  LagPolicy,
  MutualOptions,
  OnlineOptions,
  OnlineWhen,
  Producer,
  ProducerEvent,
  ProducerOptions,
  ProducerStats,
  ResumeWindow,
  SendOptions,
  StreamErrorCode,
  StreamOptions,
  StreamStats,
  TakeOptions,
} from "./streams/index.js";
export { ApplicationError, func, FuncDef, FunctionError, Handler } from "./functions/index.js";
export type {
  Attempt,
  Call,
  CallContext,
  Caller,
  CallerDef,
  CallerOptions,
  CallerStats,
  CallerWhen,
  CallOptions,
  FunctionErrorCode,
  FunctionId,
  FunctionOptions,
  Functions,
  HandlerCondition,
  HandlerDef,
  HandlerFunction,
  HandlerOptions,
  HandlerStats,
  Middleware,
} from "./functions/index.js";
export {
  Group,
  GroupError,
  GroupKey,
  logReplaySync,
  MemoryLog,
  NoOp,
  normal,
  observer,
  reluctant,
} from "./groups/index.js";
export type {
  ApplyContext,
  BondInfo,
  BondsView,
  ConsensusConfig,
  ConsensusOptions,
  Consistency,
  Cursor,
  GroupCondition,
  GroupConfig,
  GroupErrorCode,
  GroupEvent,
  GroupEvents,
  GroupId,
  Groups,
  GroupsOptions,
  GroupWhen,
  GuardOptions,
  Guards,
  Index,
  IndexRange,
  JoinOptions,
  LeadershipPreference,
  LogEntry,
  LogReplayOptions,
  LogSlice,
  LogStorage,
  PositionWhen,
  ProviderContext,
  PullContext,
  QueryResult,
  RaftRole,
  SessionContext,
  StateMachine,
  StateSync,
  SyncContext,
  SyncGap,
  SyncProvider,
  SyncPull,
  SyncSession,
  Term,
  WaitOptions,
} from "./groups/index.js";
export { Network, VERSION } from "./node/index.js";
export type { NetworkClosed, NetworkOptions } from "./node/index.js";
