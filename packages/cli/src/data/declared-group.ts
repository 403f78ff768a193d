import { GroupKey, NoOp, observer, type ConsensusOptions, type JoinOptions } from "mosaik";
import { readSecret } from "../arguments/secret.js";
import type { GroupIdentityFlags } from "../commands/group.js";
import { usageError } from "../exit.js";
import type { Output } from "../output.js";
import { OpaqueMachine } from "./opaque-machine.js";
import { loadValidators } from "./validators.js";

/** How the group is joined that the options name: as an observer. @throws CliError */
export async function declaredGroup(
  flags: GroupIdentityFlags,
  output: Output,
): Promise<JoinOptions<undefined, undefined, undefined>> {
  const source = { file: flags.secretFile, variable: "MOSAIK_GROUP_SECRET", what: "the group's secret" };
  const secret = await readSecret(source, output);
  if (secret === undefined) {
    throw usageError(
      "which group? Whoever joins it needs its secret",
      "Give --secret-file, or set MOSAIK_GROUP_SECRET. --list shows groups without joining them.",
    );
  }
  const tickets = await loadValidators(flags.requireTicket);
  return { key: GroupKey.fromSecret(secret), machine: machineOf(flags), consensus: consensusOf(flags), tickets };
}

function machineOf({ machine, typeName, batchSize, fetchTimeout }: GroupIdentityFlags): NoOp | OpaqueMachine {
  if (machine !== undefined && typeName !== undefined) {
    return new OpaqueMachine({ signature: machine, typeName, batchSize, fetchTimeoutMs: fetchTimeout });
  }
  if (machine === undefined && typeName === undefined && batchSize === undefined && fetchTimeout === undefined) {
    return new NoOp(observer);
  }
  throw usageError(
    "a machine has a signature and a type name",
    "Say both --machine and --type-name, or neither for a group whose machine does nothing.",
  );
}

function consensusOf({ heartbeat, heartbeatJitter, maxMissedHeartbeats }: GroupIdentityFlags): ConsensusOptions {
  return {
    ...(heartbeat !== undefined && { heartbeatIntervalMs: heartbeat }),
    ...(heartbeatJitter !== undefined && { heartbeatJitterMs: heartbeatJitter }),
    ...(maxMissedHeartbeats !== undefined && { maxMissedHeartbeats }),
    // Of no part in the id, and it must be more than a heartbeat.
    ...(heartbeat !== undefined && { electionTimeoutMs: 4 * heartbeat }),
  };
}
