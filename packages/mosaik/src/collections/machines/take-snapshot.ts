import { t, type Codec } from "@mosaik/postcard";
import type { DateTime } from "@mosaik/postcard";
import { peerIdCodec } from "../../network/index.js";
import type { PeerId } from "../../primitives/index.js";

/** A command of every collection: it changes nothing, and has the members offer a snapshot to one of them (spec 06 §6.2). */
export interface SnapshotRequest {
  readonly requestedBy: PeerId;
  /** By the clock of the leader that put it into the log. */
  readonly requestedAt: DateTime;
}

export const snapshotRequestCodec: Codec<SnapshotRequest> = t.struct({
  requestedBy: peerIdCodec,
  requestedAt: t.dateTime,
});
