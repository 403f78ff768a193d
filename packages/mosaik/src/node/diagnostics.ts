import type { DiscoveryEvent } from "../discovery/index.js";
import type { GroupEvent, GroupId } from "../groups/index.js";
import type { CallActivity, HappenedAt, RequestActivity, ServeActivity } from "../network/index.js";
import type { StreamId } from "../primitives/index.js";
import type { ConsumerEvent, ProducerEvent } from "../streams/index.js";
import type { NetworkEvent } from "./network.js";

/** The messages of one kind of thing: a channel for each kind of its events. */
type Events<Thing extends string, E extends { readonly kind: string }, About = unknown> = {
  readonly [Kind in E["kind"] as `mosaik:${Thing}:${Kind}`]: HappenedAt &
    About & { readonly event: Extract<E, { kind: Kind }> };
};

/** The messages of something that takes its time: one object for all of its channels. */
type Activities<Thing extends string, A> = {
  readonly [Moment in "start" | "error" | "end" as `mosaik:${Thing}:${Moment}`]: A;
};

/**
 * What is published on which channel of `node:diagnostics_channel`.
 *
 * @example
 * import { subscribe } from "node:diagnostics_channel";
 * subscribe("mosaik:group:leader", (message) => {
 *   const { groupId, event } = message as DiagnosticsMessages["mosaik:group:leader"];
 *   console.log(`group ${groupId.short()} is led by ${event.leader?.short() ?? "nobody"}`);
 * });
 */
export interface DiagnosticsMessages
  extends
    Events<"network", NetworkEvent>,
    Events<"discovery", DiscoveryEvent>,
    Events<"producer", ProducerEvent, { readonly streamId: StreamId }>,
    Events<"consumer", ConsumerEvent, { readonly streamId: StreamId }>,
    Events<"group", GroupEvent, { readonly groupId: GroupId }>,
    Activities<"call", CallActivity>,
    Activities<"serve", ServeActivity>,
    Activities<"request", RequestActivity> {}
