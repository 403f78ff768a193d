import type { PeerId } from "../primitives/index.js";

interface UnderWay {
  count: number;
  /** Whether one of them has told the peer of us. */
  isTold: boolean;
  /** What is done if none does. */
  ifUntold: (() => void) | undefined;
}

/**
 * The exchanges of catalogs under way, by peer. Each tells the peer of us: to introduce ourselves meanwhile would be to swap the same
 * catalogs twice, and to check the same signatures twice.
 */
export class Exchanges {
  readonly #underWay = new Map<PeerId, UnderWay>();

  /** An exchange with a peer begins. @returns what ends it, told whether the peer has our entry now */
  begin(peer: PeerId): (isTold: boolean) => void {
    let exchange = this.#underWay.get(peer);
    if (exchange === undefined) {
      this.#underWay.set(peer, (exchange = { count: 0, isTold: false, ifUntold: undefined }));
    }
    exchange.count++;
    return (isTold) => {
      exchange.isTold ||= isTold;
      if (--exchange.count > 0) return;
      this.#underWay.delete(peer);
      if (!exchange.isTold) exchange.ifUntold?.();
    };
  }

  /** Whether exchanges under way tell the peer of us. If they do, and then fail to, `ifUntold` is called. */
  tell(peer: PeerId, ifUntold: () => void): boolean {
    const exchange = this.#underWay.get(peer);
    if (exchange === undefined) return false;
    exchange.ifUntold = ifUntold;
    return true;
  }
}
