import { Codec, type Reader, type Shape, type Writer } from "@mosaik/postcard";
import type { AnyCommand } from "./machine.js";
import type { SnapshotRequest } from "./machines/take-snapshot.js";

/**
 * Commands that members in Rust can decode, too: whoever asks for a snapshot must have a possible key. One that has none would cost the
 * leader that lets it in its bonds with all members in Rust.
 */
export class SoundCommands<Command extends AnyCommand> extends Codec<Command> {
  readonly shape: Shape = { kind: "opaque" };
  readonly rustName = undefined;

  constructor(
    private readonly inner: Codec<Command>,
    private readonly isPublicKey: (bytes: Uint8Array) => boolean,
  ) {
    super();
  }

  override get minSize(): number {
    return this.inner.minSize;
  }

  override write(writer: Writer, command: Command): void {
    this.inner.write(writer, command);
  }

  override read(reader: Reader): Command {
    const start = reader.offset;
    const command = this.inner.read(reader);
    if (command.kind !== "TakeSnapshot") return command;
    const { requestedBy } = (command as { value: SnapshotRequest }).value;
    if (this.isPublicKey(requestedBy.bytes)) return command;
    throw reader.error("invalidValue", `${requestedBy.short()} is no public key`, start);
  }
}
