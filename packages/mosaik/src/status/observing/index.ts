/** Looking at how other nodes stand: `import { observeStatus } from "mosaik/status"`. */
export { OBSERVE_SECRET_MIN_LENGTH } from "../config.js";
export { StatusError, type StatusErrorCode } from "../errors.js";
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
} from "../node-status.js";
export { observeStatus, type HasStatus, type ObserveStatusOptions } from "./observe.js";
export type { ObservedStatus, Rated } from "./rates.js";
