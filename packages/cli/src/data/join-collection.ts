import type { Session } from "../session/session.js";
import type { AnyKind, Handle } from "./kinds/kind.js";
import { firstBond, someMember } from "./membership.js";

const JOINS = {
  reader: "as a reader: it gets all of the collection, and neither votes nor leads",
  writer: "as a writer: as long as it runs it votes, and may be elected leader",
} as const;

/**
 * Becomes a member of a collection's group, once there is another, and waits until it has all that the leader has. A collection is
 * where its members are: what is written where there is no other goes with this process.
 *
 * @throws CliError `notFound`, `refused`; CollectionError
 */
export async function joinCollection(
  session: Session,
  kind: AnyKind,
  role: "reader" | "writer",
  name: string,
): Promise<Handle> {
  const { definition } = kind;
  session.output.note(`this joins the group of ${name} (${definition.groupId.short()}) ${JOINS[role]}`);
  const parts = definition.explain().map(([what, value]) => `  ${what}: ${value}`);
  const advice = ["All that its members have in common, in name, kind and types:", ...parts].join("\n");
  await someMember(session, definition.groupId, name, advice);
  const handle = definition[role](session.network) as Handle;
  try {
    await firstBond(session, (options) => handle.events(options), name);
    await session.within(
      `catching up with ${name}`,
      (signal) => handle.when().online().toPromise({ signal }),
      `${name} has no leader, or did not give what it holds`,
    );
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}
