/** What a member's process and the test say to each other. */

/** Where a node is, as other nodes are told of it. */
export interface NodeAddress {
  readonly id: string;
  readonly directAddrs: readonly string[];
}

/** What a process is to be; the first message to it. */
export interface Charge {
  /** Its name in the history. */
  readonly member: string;
  readonly networkId: string;
  /** The group's. */
  readonly secret: string;
  /** The node's, in text: the same one makes the same identity. */
  readonly identity: string;
  /** The socket address to bind. */
  readonly bind: string;
  readonly bootstrap: readonly NodeAddress[];
  /** The file that what happens here is written to. */
  readonly history: string;
  /** The first of the commands that its clients give: nobody else gives these, or those that follow. */
  readonly firstCommand: number;
  /** What it does wrong: the judge is to find it. */
  readonly mistake?: Mistake;
}

/** A command of some is given to the machine twice, or not at all. */
export type Mistake = "applyTwice" | "applyNot";

export type Order =
  /** Let clients ask without pause. */
  | { readonly kind: "work" }
  /** Let clients end what they have begun. */
  | { readonly kind: "rest" }
  | { readonly kind: "leave" }
  | { readonly kind: "rejoin" }
  | { readonly kind: "state" };

export type Reply =
  | { readonly kind: "joined"; readonly address: NodeAddress }
  | { readonly kind: "left" }
  | { readonly kind: "state"; readonly state: MemberState };

export interface MemberState {
  readonly isMember: boolean;
  /** Its leader's id, if any. */
  readonly leader: string | undefined;
  readonly isLeader: boolean;
  readonly isOnline: boolean;
  readonly bonds: readonly string[];
  readonly committed: number;
  /** The end of its log. */
  readonly end: { readonly term: number; readonly index: number };
  /** How many commands its machine was given, and a hash of them and their order. */
  readonly applied: readonly [count: number, hash: number];
  /** What its clients have asked for and not been answered. */
  readonly openCount: number;
  /** Commands executed since the clients began to work. */
  readonly executedCount: number;
}
