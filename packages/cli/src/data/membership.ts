import { CLOSE, type GroupEvents, type GroupId } from "mosaik";
import { CliError, EXIT } from "../exit.js";
import type { Session } from "../session/session.js";

/** Waits for a peer that advertises a group. @param name what it is called @throws CliError `notFound`, with the advice */
export async function someMember(session: Session, groupId: GroupId, name: string, advice: string): Promise<void> {
  const { catalog } = session.network.discovery;
  const isThere = catalog.when((peers) => peers.peers().some(({ entry }) => entry.groups.has(groupId)));
  await session.within(
    `looking for members of ${name}`,
    (signal) => isThere.toPromise({ signal }),
    `no member of ${name} was found`,
    advice,
  );
}

/** Waits for the first connection with another member. @param events of the group, since it was joined @throws CliError `refused`, `notFound` */
export async function firstBond(
  session: Session,
  eventsOf: (options: { readonly signal: AbortSignal }) => GroupEvents,
  name: string,
): Promise<void> {
  await session.within(
    `connecting with a member of ${name}`,
    (signal) => bonded(eventsOf({ signal })),
    `no member of ${name} took this node`,
  );
}

async function bonded(events: GroupEvents): Promise<void> {
  for await (const event of events) {
    if (event.kind === "bonded") return;
    if (event.kind === "refused" && event.by === "peer" && event.code === CLOSE.groupNotAllowed.code) {
      throw new CliError(EXIT.refused, `member ${event.peer.short()} does not admit this node`, {
        advice: "Its members need tickets: give this node one with --ticket-file.",
      });
    }
  }
}
