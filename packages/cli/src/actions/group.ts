import type { Group } from "mosaik";
import type { Invocation } from "../action.js";
import type { GroupFlags } from "../commands/group.js";
import { clockText, nowText } from "../data/clock.js";
import { declaredGroup } from "../data/declared-group.js";
import { eventJson, eventText } from "../data/group-events.js";
import { membersOf, memberTable, stateJson } from "../data/group-state.js";
import { firstBond, someMember } from "../data/membership.js";
import { CliError, EXIT, usageError } from "../exit.js";
import { Session } from "../session/session.js";
import { listGroups } from "./group-list.js";

/** How long members are waited for with which there is no connection yet, in ms. */
const BONDS_MS_MAX = 3000;

type Joined = Group<undefined, undefined, undefined>;

/** Joins a group as an observer and tells how it stands; or lists those that there are. */
export async function showGroup(invocation: Invocation<GroupFlags>): Promise<void> {
  const { args, options, output } = invocation;
  if (options.list) {
    return Session.run(invocation, async (session) => {
      await session.firstPeer();
      await listGroups(session);
    });
  }
  const declared = await declaredGroup(options, output);
  await Session.run(invocation, async (session) => {
    await using group = session.network.groups.join(declared);
    requireId(group, args[0] as string | undefined);
    const name = `group ${group.id.short()}`;
    output.note(`this joins ${name} as an observer: it gets the log, and neither votes nor leads`);
    const advice =
      "Its id is made of its secret, --machine, --type-name and the other group options: `mosaik group --list` shows the ids that there are.";
    await someMember(session, group.id, name, advice);
    if (group.bonds.size === 0) await firstBond(session, (wait) => group.events(wait), name);
    await settled(session, group);
    showState(session, group);
    if (options.watch) await showEvents(session, group, options.count);
    else if (group.leader === undefined) throw new CliError(EXIT.notFound, `nobody leads ${name}`);
  });
}

function requireId({ id }: Joined, given: string | undefined): void {
  if (given === undefined || id.hex.startsWith(given)) return;
  throw usageError(
    `what the options say leads to group ${id.hex}, which is another`,
    "The secret, --machine, --type-name and the other group options must be those of its members.",
  );
}

/** Waits until this node has the log, and is connected with all who advertise the group; not for ever for those that are gone. */
async function settled({ output, signal, timeoutMs, network }: Session, group: Joined): Promise<void> {
  const isComplete = () => membersOf(network, group).every(({ bond }) => bond !== undefined);
  const patience = AbortSignal.any([signal, AbortSignal.timeout(Math.min(timeoutMs, BONDS_MS_MAX))]);
  const connected = group.bonds.when(isComplete).toPromise({ signal: patience });
  const online = group.when().online().toPromise({ signal, timeoutMs });
  await output.during("catching up with the group", Promise.allSettled([connected, online]));
  signal.throwIfAborted();
}

function showState({ output, network }: Session, group: Joined): void {
  const members = membersOf(network, group);
  if (output.isJson) {
    output.result(stateJson(group, members), "");
    return;
  }
  const { id, leader, term, committed, logPosition, isOnline } = group;
  output.result(null, `group      ${id.hex}`);
  output.result(null, `leader     ${leader?.short() ?? "none"}, term ${term}`);
  output.result(null, `committed  ${committed}${isOnline ? "" : ", as far as this node has it"}`);
  output.result(null, `log        ${logPosition.index}, of term ${logPosition.term}`);
  output.table(...memberTable(group, members));
}

async function showEvents({ output, signal }: Session, group: Joined, count = Infinity): Promise<void> {
  let shown = 0;
  for await (const event of group.events({ signal })) {
    const at = nowText();
    output.result({ at, event: event.kind, ...eventJson(event) }, () => `${clockText(at)} ${eventText(event)}`);
    if (++shown >= count) return;
    await output.drained();
  }
}
