import type { Invocation } from "../action.js";
import type { GetFlags } from "../commands/get.js";
import { declaredCollection } from "../data/declared-collection.js";
import { joinCollection } from "../data/join-collection.js";
import { partsJson, partsText } from "../data/kinds/part.js";
import { CliError, EXIT } from "../exit.js";
import { Session } from "../session/session.js";

/** Prints the entries of a collection, or one of them. */
export async function getEntries(invocation: Invocation<GetFlags>): Promise<void> {
  const [name, key] = invocation.args as [string, string | undefined];
  const kind = await declaredCollection(name, invocation.options);
  const find = key === undefined ? undefined : kind.finder(key);
  await Session.run(invocation, async (session) => {
    await using reader = await joinCollection(session, kind, "reader", name);
    const { output, signal } = session;
    if (find === undefined) {
      for (const entry of kind.entries(reader)) {
        output.result(partsJson(entry), () => partsText(entry));
        await output.drained();
        signal.throwIfAborted();
      }
      return;
    }
    const entry = find(reader);
    if (entry === undefined) throw new CliError(EXIT.notFound, `${name} holds nothing under ${key}`);
    output.result(partsJson(entry), () => partsText(entry));
  });
}
