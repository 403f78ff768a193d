import type { Random } from "../runtime/index.js";
import { SEQ_MAX } from "./signed-packet.js";

/** After this without a publication another is made if this node is in no slot, in ms (spec 03 §B.5). */
const REPUBLISH_GUARD_MS = 600_000;
/** A record of ours that is this old is written again: nodes keep one for two hours (BEP 44), in microseconds. */
const REFRESH_AFTER_US = 3_600_000_000n;

/** What a scan says of a slot. */
export type SlotView =
  /** No node answered: it may be anybody's. */
  | { readonly kind: "unknown" }
  /** Nothing is stored, or nothing that names a peer; `seq` of what there is. */
  | { readonly kind: "empty"; readonly seq?: bigint | undefined }
  /** This node. */
  | { readonly kind: "mine"; readonly seq: bigint; readonly isCurrent: boolean }
  /** Another peer, that answered just now or did not. */
  | { readonly kind: "peer"; readonly seq: bigint; readonly isAlive: boolean };

/** What to write. `cas` is the sequence number that is stored there now; none for a slot without anything. */
export interface SlotWrite {
  /** Our record, or one that names nobody: for a slot that we hold beside another. */
  readonly kind: "publish" | "withdraw";
  readonly slot: number;
  readonly seq: bigint;
  readonly cas: bigint | undefined;
}

export interface SlotPlanInput {
  /** Of each slot, in order. */
  readonly views: readonly SlotView[];
  /** Microseconds since the Unix epoch. */
  readonly nowUs: bigint;
  /** How long ago this node published last, in ms; `Infinity` for never. */
  readonly sincePublishedMs: number;
  readonly random: Pick<Random, "unit">;
}

/**
 * Decides what a node writes after a scan (spec 02 §13.4, 03 §B.5). As Rust: a record of ours with old addresses is replaced; a node that is in no
 * slot takes a random one that is empty, or whose peer is dead, once in ten minutes. Beyond it, and invisible to it: a slot of which nobody
 * answered is left alone, a write always has a greater number, and says what it replaces (§13.5); a record is written again before it expires; of two
 * slots of ours one is given up.
 */
export function planWrites({ views, nowUs, sincePublishedMs, random }: SlotPlanInput): SlotWrite[] {
  // Where somebody keeps old addresses of ours with the greatest number, we are not to be found.
  const isOurs = (view: SlotView): view is Extract<SlotView, { kind: "mine" }> =>
    view.kind === "mine" && (view.isCurrent || view.seq !== SEQ_MAX);
  const mine = views.flatMap((view, slot) => (isOurs(view) ? [{ slot, ...view }] : []));
  const [kept, ...surplus] = mine.sort((a, b) => Number(b.isCurrent) - Number(a.isCurrent) || a.slot - b.slot);
  const write = (kind: SlotWrite["kind"], slot: number, cas: bigint | undefined): SlotWrite => {
    const seq = cas === undefined || cas < nowUs ? nowUs : cas + 1n;
    return { kind, slot, seq, cas };
  };
  const withdrawals = surplus.filter(({ seq }) => seq !== SEQ_MAX).map(({ slot, seq }) => write("withdraw", slot, seq));
  if (kept !== undefined) {
    const isDue = !kept.isCurrent || nowUs - kept.seq > REFRESH_AFTER_US;
    return isDue ? [write("publish", kept.slot, kept.seq), ...withdrawals] : withdrawals;
  }
  if (sincePublishedMs < REPUBLISH_GUARD_MS) return [];
  const free = views.flatMap((view, slot) => (isFree(view) ? [{ slot, seq: view.seq }] : []));
  const chosen = free[Math.floor(random.unit() * free.length)];
  return chosen === undefined ? [] : [write("publish", chosen.slot, chosen.seq)];
}

/** One with the greatest number can never be replaced: somebody blocks it. */
function isFree(view: SlotView): view is Extract<SlotView, { kind: "empty" | "peer" }> {
  const isTaken = view.kind === "unknown" || view.kind === "mine" || (view.kind === "peer" && view.isAlive);
  return !isTaken && view.seq !== SEQ_MAX;
}
