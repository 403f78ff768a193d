import { CollectionError } from "mosaik";
import type { Invocation } from "../action.js";
import type { PutFlags } from "../commands/put.js";
import { declaredCollection } from "../data/declared-collection.js";
import { textArgument } from "../data/input.js";
import { joinCollection } from "../data/join-collection.js";
import type { AnyKind, Handle, Write, Written } from "../data/kinds/kind.js";
import { CliError, EXIT, usageError } from "../exit.js";
import { Session } from "../session/session.js";

/** Writes into a collection once. */
export async function putEntry(invocation: Invocation<PutFlags>): Promise<void> {
  const { args, options, output } = invocation;
  const [name, values] = args as [string, string[]];
  const kind = await declaredCollection(name, options);
  const write = await writeOf(kind, values, options);
  await Session.run(invocation, async (session) => {
    await using writer = await joinCollection(session, kind, "writer", name);
    const written = await untilTaken(session, write, writer, name);
    output.result(
      { version: written.version, taken: written.taken?.json(), isFirst: written.isFirst },
      () => written.taken?.text() ?? `committed as version ${written.version}`,
    );
    if ("taken" in written && written.taken === undefined)
      throw new CliError(EXIT.notFound, `${name} held nothing there`);
    if (written.isFirst === false) throw new CliError(EXIT.failed, `${name} was written before: that stays`);
  });
}

async function writeOf(kind: AnyKind, values: readonly string[], flags: PutFlags): Promise<Write<Handle>> {
  if (flags.clear) {
    if (flags.delete || flags.at !== undefined || values.length > 0) throw usageError("--clear takes everything away");
    return kind.clear() as Write<Handle>;
  }
  const texts = values.slice(0, -1);
  if (values.length > 0) texts.push(await textArgument(values.at(-1)!));
  if (!flags.delete) return kind.put(texts, flags.at) as Write<Handle>;
  if (flags.at !== undefined) throw usageError("--at is where something is inserted, not deleted");
  return kind.remove(texts) as Write<Handle>;
}

/** Writes as soon as there is a leader; again where it is certain that nothing was written. */
async function untilTaken(session: Session, write: Write<Handle>, writer: Handle, name: string): Promise<Written> {
  const { output, signal, timeoutMs } = session;
  for (;;) {
    await session.within(
      `waiting for a leader of ${name}`,
      (deadline) => writer.when().online().toPromise({ signal: deadline }),
      `${name} had no leader, nothing was written,`,
    );
    try {
      return await output.during(`writing to ${name}`, write(writer, { signal, timeoutMs }));
    } catch (error) {
      const wasNotWritten =
        error instanceof CollectionError && (error.code === "offline" || error.code === "superseded");
      if (!wasNotWritten) throw error;
    }
  }
}
