import type { StateSync } from "../sync.js";
import { logReplayConfig, logReplaySignature, type LogReplayOptions } from "./config.js";
import { logReplayMessageCodec, type LogReplayMessage } from "./protocol.js";
import { LogReplayProvider } from "./provider.js";
import { LogReplayPull } from "./pull.js";
import { LogReplaySession } from "./session.js";

export type { LogReplayOptions } from "./config.js";
export type { LogReplayMessage } from "./protocol.js";

/**
 * Brings a member up to date by giving it all commands from the first on (spec 05 §7): for machines whose state comes from a short log, as nothing of it
 * is ever dropped. Members of Rust have the same in `LogReplaySync`.
 *
 * @throws GroupError `invalidOption`
 */
export function logReplaySync(options: LogReplayOptions): StateSync<LogReplayMessage> {
  const config = logReplayConfig(options);
  return {
    signature: logReplaySignature(config),
    message: logReplayMessageCodec(config.batchSize),
    provider: (context) => new LogReplayProvider(config, context),
    session: (context, gap) => new LogReplaySession(config, context, gap),
    pull: (context, from) => new LogReplayPull(config, context, from),
  };
}
