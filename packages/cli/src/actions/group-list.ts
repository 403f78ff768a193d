import type { PeerInfo } from "mosaik";
import { CliError, EXIT } from "../exit.js";
import type { Session } from "../session/session.js";
import { settled } from "../session/settled.js";

/** Lists the groups that peers advertise, those of collections among them. */
export async function listGroups({ network, output, signal }: Session): Promise<void> {
  const { catalog } = network.discovery;
  await output.during("asking who else there is", settled(catalog, signal));
  const groups = membersByGroup(catalog.peers());
  if (groups.size === 0) throw new CliError(EXIT.notFound, "no peer is in a group");
  output.table(
    ["GROUP", "MEMBERS", ""],
    [...groups].map(([id, members]) => ({
      json: { group: id, members: members.map((member) => member.id.hex) },
      cells: [id, String(members.length), members.map((member) => member.id.short()).join(" ")],
    })),
  );
}

function membersByGroup(peers: readonly PeerInfo[]): Map<string, PeerInfo[]> {
  const groups = new Map<string, PeerInfo[]>();
  for (const peer of peers) {
    for (const { hex } of peer.entry.groups) groups.set(hex, [...(groups.get(hex) ?? []), peer]);
  }
  return new Map([...groups].sort(([a], [b]) => (a < b ? -1 : 1)));
}
