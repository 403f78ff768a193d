import type { Report } from "../primitives/index.js";
import { PeerInfo } from "./peer-info.js";

/** Whether the program wants to deal with a peer, judged on its current entry and round-trip time. Synchronous. */
export type PeerPredicate = (peer: PeerInfo) => boolean;

/** What an option takes that may be given once or several times. */
export type OneOrMany<T> = T | readonly T[];

/** The values of an option that may be given once, several times or not at all; a copy. */
export function listOf<T>(given: OneOrMany<T> | undefined): readonly T[] {
  if (given === undefined) return [];
  return Array.isArray(given) ? [...(given as readonly T[])] : [given as T];
}

/** What the predicates say of a peer. */
export type PeerVerdict =
  | "passes"
  | "fails"
  /** A predicate looked at the round-trip time, which is not known yet: measure it and judge again. */
  | "needsRtt";

/**
 * Asks every predicate, in order, until one does not want the peer (spec 04 §3.4, §3.7). A predicate that throws, or that answers
 * with anything but `true`, does not want it; what it throws is reported.
 */
export function judgePeer(predicates: readonly PeerPredicate[], peer: PeerInfo, report: Report): PeerVerdict {
  let needsRtt = false;
  const shown = peer.rttMs === undefined ? unmeasured(peer, () => (needsRtt = true)) : peer;
  const isWanted = predicates.every((predicate) => passes(predicate, shown, report));
  if (needsRtt) return "needsRtt";
  return isWanted ? "passes" : "fails";
}

function passes(predicate: PeerPredicate, peer: PeerInfo, report: Report): boolean {
  try {
    return predicate(peer) === true;
  } catch (error) {
    report(error, `a predicate on peer ${peer.id.short()}`);
    return false;
  }
}

/** A peer of unknown round-trip time that tells when somebody looks at it. */
function unmeasured(peer: PeerInfo, onAsked: () => void): PeerInfo {
  return Object.defineProperty(new PeerInfo(peer.entry, undefined), "rttMs", {
    get() {
      onAsked();
      return undefined;
    },
  });
}
