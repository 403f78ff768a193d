export type { ObserveOptions } from "./config.js";
export { StatusError, type StatusErrorCode } from "./errors.js";
export type {
  BondStatus,
  CallerStatus,
  ChannelStatus,
  CollectionStatus,
  ConsumerStatus,
  GroupStatus,
  HandlerStatus,
  NeighborStatus,
  NodeStatus,
  ProducerStatus,
} from "./node-status.js";
export { loadServing, Status } from "./status.js";
