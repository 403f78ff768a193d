import type { MemoryPath, Traveller } from "./memory-path.js";
import { HostEvent } from "./simulated-host.js";
import type { VirtualTime } from "./virtual-time.js";

/** One direction of one connection: frames arrive in order, whole, and only while both ends keep their state. */
export class MemoryWire {
  readonly path: MemoryPath;
  /** Names the direction in the trace. */
  readonly ordinal: number;
  readonly #time: VirtualTime;
  readonly #sendWindowBytes: number;
  /** The receiving side has no state any more: it crashed, or timed out. */
  isDeaf = false;
  /** The sending side has no state any more, so that nothing is repeated. */
  isMute = false;
  #sentUs = -1;
  #arrivalUs = 0;
  #sentCount = 0;
  #deliveredCount = 0;
  /** Frames that have overtaken others, which were lost and are repeated: they wait for those. By their numbers. */
  readonly #early = new Map<number, MemoryFrame>();
  #unackedBytes = 0;
  readonly #acks: { atUs: number; bytes: number }[] = [];
  #writers: (() => void)[] = [];

  constructor(path: MemoryPath, ordinal: number, sendWindowBytes: number) {
    this.path = path;
    this.ordinal = ordinal;
    this.#time = path.from.time;
    this.#sendWindowBytes = sendWindowBytes;
  }

  /** Sends a frame behind those sent before. Frames of one moment travel as one packet. */
  send(frame: MemoryFrame): void {
    if (this.isMute) return;
    frame.number = this.#sentCount++;
    const { nowUs } = this.#time;
    if (nowUs !== this.#sentUs) {
      this.#sentUs = nowUs;
      this.#arrivalUs = Math.max(this.#arrivalUs, nowUs + this.path.drawUs());
    }
    this.#time.schedule(frame, this.#arrivalUs - nowUs);
  }

  /** Sends a frame that may overtake those sent before. */
  sendUrgent(frame: MemoryFrame): void {
    this.#time.schedule(frame, this.path.drawUs());
  }

  /** Repeats a frame that was lost. */
  resend(frame: MemoryFrame, delayUs: number): void {
    const { nowUs } = this.#time;
    this.#arrivalUs = Math.max(this.#arrivalUs, nowUs + delayUs + this.path.baseUs());
    this.#time.schedule(frame, this.#arrivalUs - nowUs);
  }

  /** Whether it is a frame's turn: those sent before it have come. One that is early is run later. */
  isTurnOf(frame: MemoryFrame): boolean {
    if (frame.number === undefined) return true;
    const isTurn = frame.number === this.#deliveredCount;
    if (isTurn) this.#deliveredCount++;
    else this.#early.set(frame.number, frame);
    return isTurn;
  }

  /** Runs the frame that has waited for the one before it. */
  runNext(): void {
    const frame = this.#early.get(this.#deliveredCount);
    if (frame === undefined) return;
    this.#early.delete(this.#deliveredCount);
    frame.run();
  }

  /** Bytes that may be sent now within the window of the connection. */
  roomBytes(): number {
    const { nowUs } = this.#time;
    const acks = this.#acks;
    let seen = 0;
    while (seen < acks.length && acks[seen]!.atUs <= nowUs) this.#unackedBytes -= acks[seen++]!.bytes;
    if (seen > 0) acks.splice(0, seen);
    return this.#sendWindowBytes - this.#unackedBytes;
  }

  /** Counts bytes as sent until they are acknowledged. */
  charge(bytes: number): void {
    this.#unackedBytes += bytes;
  }

  /** The far side has these bytes; its acknowledgement is under way. */
  acknowledge(bytes: number): void {
    const delayUs = this.path.baseUs();
    this.#acks.push({ atUs: this.#time.nowUs + delayUs, bytes });
    if (this.#writers.length > 0) this.#time.schedule(new WindowOpened(this), delayUs);
  }

  /** Calls back once, when the window of the connection has opened again. */
  onRoom(writer: () => void): void {
    this.#writers.push(writer);
    const next = this.#acks[0];
    if (next !== undefined) this.#time.schedule(new WindowOpened(this), next.atUs - this.#time.nowUs);
  }

  /** Wakes those who wait for room. */
  wakeWriters(): void {
    const writers = this.#writers;
    this.#writers = [];
    for (const writer of writers) writer();
  }
}

/** What travels on a wire. */
export abstract class MemoryFrame extends HostEvent implements Traveller {
  declare readonly wire: MemoryWire;
  /** Its place among the frames of the wire; `undefined` if it may overtake them. */
  number: number | undefined = undefined;
  #hasArrived = false;

  constructor(wire: MemoryWire) {
    super(wire.path.to);
    this.wire = wire;
  }

  override run(): void {
    if (this.wire.isDeaf) return;
    // What waits in a host that is paused has come through.
    if (this.#hasArrived) return super.run();
    if (this.wire.path.isCut) {
      if (!this.wire.isMute) this.meetCut();
    } else if (this.wire.isTurnOf(this)) {
      this.#hasArrived = true;
      super.run();
      this.wire.runNext();
    }
  }

  resend(delayUs: number): void {
    if (!this.wire.isMute) this.wire.resend(this, delayUs);
  }

  /** The path is cut: QUIC repeats what was lost once it is mended. */
  protected meetCut(): void {
    this.wire.path.hold(this);
  }

  protected perform(): void {
    const { trace, nowUs } = this.host.time;
    trace.fold(nowUs);
    trace.fold(this.wire.ordinal);
    this.deliver();
  }

  /** The frame arrived at a host that runs. */
  protected abstract deliver(): void;
}

/** An acknowledgement that somebody waits for arrived. */
class WindowOpened extends HostEvent {
  readonly #wire: MemoryWire;

  constructor(wire: MemoryWire) {
    super(wire.path.from);
    this.#wire = wire;
  }

  protected perform(): void {
    if (this.#wire.roomBytes() > 0) this.#wire.wakeWriters();
  }
}
