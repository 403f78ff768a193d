import { CLOSE } from "mosaik";
import { CliError, EXIT } from "../exit.js";
import type { Session } from "../session/session.js";
import type { AnyKind, Handle } from "./kinds/kind.js";

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
  const { groupId } = kind.definition;
  session.output.note(`this joins the group of ${name} (${groupId.short()}) ${JOINS[role]}`);
  await someMember(session, kind, name);
  const handle = kind.definition[role](session.network) as Handle;
  try {
    await session.within(
      `connecting with a member of ${name}`,
      (signal) => firstBond(handle, signal),
      `no member of ${name} took this node`,
    );
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

async function someMember(session: Session, kind: AnyKind, name: string): Promise<void> {
  const { groupId } = kind.definition;
  const { catalog } = session.network.discovery;
  const isThere = catalog.when((peers) => peers.peers().some(({ entry }) => entry.groups.has(groupId)));
  await session.within(
    `looking for members of ${name}`,
    (signal) => isThere.toPromise({ signal }),
    `no member of ${name} was found`,
    [
      "Members have all of this in common with it; another kind, type or name is another collection:",
      ...kind.definition.explain().map(([what, value]) => `  ${what}: ${value}`),
    ].join("\n"),
  );
}

/** @throws CliError where a member refuses this node */
async function firstBond(handle: Handle, signal: AbortSignal): Promise<void> {
  for await (const event of handle.events({ signal })) {
    if (event.kind === "bonded") return;
    if (event.kind === "refused" && event.by === "peer" && event.code === CLOSE.groupNotAllowed.code) {
      throw new CliError(EXIT.refused, `member ${event.peer.short()} does not admit this node`, {
        advice: "Its members need tickets: give this node one with --ticket-file.",
      });
    }
  }
}
