import type { Invocation } from "../action.js";
import type { WatchFlags } from "../commands/watch.js";
import { clockText, nowText } from "../data/clock.js";
import { declaredCollection } from "../data/declared-collection.js";
import { joinCollection } from "../data/join-collection.js";
import { partsJson, partsText } from "../data/kinds/part.js";
import { Session } from "../session/session.js";

/** Prints the changes of a collection from now on. */
export async function watchCollection(invocation: Invocation<WatchFlags>): Promise<void> {
  const [name, key] = invocation.args as [string, string | undefined];
  const { count = Infinity } = invocation.options;
  const kind = await declaredCollection(name, invocation.options);
  const watch = kind.watcher(key);
  await Session.run(invocation, async (session) => {
    const { output, signal } = session;
    await using reader = await joinCollection(session, kind, "reader", name);
    output.note(`watching from version ${reader.version} on`);
    let printed = 0;
    for await (const { kind: change, version, parts } of watch(reader, { signal })) {
      const at = nowText();
      output.result({ at, change, version, ...partsJson(parts) }, () =>
        `${clockText(at)} ${change.padEnd(8)} ${partsText(parts)}`.trimEnd(),
      );
      if (change === "reset")
        output.warn(`what led to version ${version} is not known: \`mosaik get\` shows all of it`);
      if (++printed >= count) return;
      await output.drained();
    }
  });
}
