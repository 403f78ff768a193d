import { PeerId, type GroupEvent, type Lagged } from "mosaik";
import type { JsonValue } from "../json.js";

/** What an event tells beside its kind, for scripts. */
export function eventJson(event: GroupEvent | Lagged): { readonly [name: string]: JsonValue } {
  const { kind: _, ...rest } = event;
  return Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, asJson(value)]));
}

/** An event in words. */
export function eventText(event: GroupEvent | Lagged): string {
  switch (event.kind) {
    case "bonded":
      return `connected with ${event.peer.short()}`;
    case "unbonded":
      return `disconnected from ${event.peer.short()}: ${event.reason}`;
    case "refused":
      return `${event.by === "us" ? "refused" : "refused by"} ${event.peer.short()} with ${event.code}`;
    case "role":
      return `this node is ${event.role} in term ${event.term}`;
    case "leader":
      return event.leader === undefined ? "nobody leads" : `${event.leader.short()} leads`;
    case "caughtUp":
      return `caught up to ${event.position.index}, of term ${event.position.term}`;
    case "diverged":
      return `what was committed here is not what ${event.peer.short()} has, from ${event.at.index} on`;
    case "lagged":
      return `${event.missed} events came too fast to be shown`;
    default:
      return event.kind;
  }
}

function asJson(value: unknown): JsonValue {
  if (value instanceof PeerId) return value.hex;
  return value instanceof Error ? value.message : ((value ?? null) as JsonValue);
}
