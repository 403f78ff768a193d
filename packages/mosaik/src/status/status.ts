import type { KeptConnections } from "../network/index.js";
import { collectStatus, type StatusSources } from "./collect.js";
import { observeConfig, type ObserveConfig, type ObserveOptions } from "./config.js";
import { StatusError } from "./errors.js";
import type { NodeStatus } from "./node-status.js";
import type { StatusServer } from "./serving/server.js";

/** What this room needs of the node. */
export interface StatusContext extends StatusSources {
  readonly kept: KeptConnections;
}

/** What it takes to let others look. */
export interface StatusServing {
  readonly config: ObserveConfig;
  readonly Server: typeof StatusServer;
}

/** Loads what only nodes need that let others look. @throws StatusError `invalidOption`; TypeError for peers that are no ids */
export async function loadServing(options: ObserveOptions): Promise<StatusServing> {
  const config = observeConfig(options);
  const { StatusServer: Server } = await import("./serving/server.js");
  return { config, Server };
}

/** How this node stands: for the program, and for those whom the program lets look (spec 08 §3). */
export class Status {
  /** What `observeStatus` reaches other nodes with. */
  readonly context: StatusContext;
  readonly #openedAtMs: number;
  #server: StatusServer | undefined;

  constructor(context: StatusContext) {
    this.context = context;
    this.#openedAtMs = context.node.runtime.monoMs();
  }

  /** How this node stands now: what an observer would be told. */
  snapshot(): NodeStatus {
    return collectStatus(this.context, Math.floor(this.context.node.runtime.monoMs() - this.#openedAtMs));
  }

  /** Lets others look from now on. @throws StatusError `exporterUnavailable` */
  serve({ config, Server }: StatusServing): void {
    const { node, kept } = this.context;
    if (config.secret !== undefined && !node.hasExporter) {
      const message = "the transport exports no keying material: observers cannot show that they have the secret";
      throw new StatusError("exporterUnavailable", `${message}. Name their ids in observe.peers instead.`);
    }
    this.#server = new Server({ node, kept, config, snapshot: () => this.snapshot() });
  }

  /** Ends what observers are told. Takes at most half a second. */
  async close(): Promise<void> {
    await this.#server?.close();
  }
}
