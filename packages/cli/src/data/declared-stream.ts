import { stream, type Codec, type StreamDef } from "mosaik";
import { loadCodec } from "../notation/index.js";
import type { StreamFlags } from "./flags.js";
import { targetOf } from "./target.js";

/** A stream as the command line declares it. */
export interface DeclaredStream {
  readonly codec: Codec<unknown>;
  readonly definition: StreamDef<unknown>;
  /** What the command line calls it, for messages. */
  readonly name: string;
}

/** The stream that the argument and the options declare. @throws CliError */
export async function declaredStream(argument: string, flags: StreamFlags): Promise<DeclaredStream> {
  const { id, type } = targetOf(argument, flags);
  const codec = await loadCodec(type);
  return {
    codec,
    definition: id === undefined ? stream(codec) : stream(id, codec),
    name: id ?? codec.rustName ?? type,
  };
}
