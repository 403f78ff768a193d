import { setTimeout as delay } from "node:timers/promises";
import { OBSERVE_SECRET_MIN_LENGTH } from "mosaik/status";
import type { Invocation } from "../action.js";
import { readSecret } from "../arguments/secret.js";
import type { TopFlags } from "../commands/top.js";
import { usageError } from "../exit.js";
import { measure } from "../session/measure.js";
import { Session } from "../session/session.js";
import { settled } from "../session/settled.js";
import { COLUMN_NAMES, columnNamed } from "../top/columns.js";
import { sceneJson } from "../top/json.js";
import { listLines } from "../top/render.js";
import { FIRST_VIEW, type View } from "../top/state.js";
import { Top } from "../top/top.js";
import { Names } from "./names.js";

/** The tag of nodes that only look on: others do not count them. */
const OBSERVER = "mosaik.observer";
/** How long the answers of all peers are waited for, in ms. */
const ANSWERS_MS_MAX = 5000;

/** Shows a network: in the whole terminal, or printed once, or as a line of JSON for each interval. */
export async function showTop(invocation: Invocation<TopFlags>): Promise<void> {
  const { options, output } = invocation;
  const view = viewOf(options);
  const source = { file: options.secretFile, variable: "MOSAIK_OBSERVE_SECRET", what: "the secret of observers" };
  const secret = await readSecret(source, output);
  if (secret !== undefined && secret.length < OBSERVE_SECRET_MIN_LENGTH) {
    throw usageError(`the secret of observers has at least ${OBSERVE_SECRET_MIN_LENGTH} characters`);
  }
  const isTerminal = process.stdout.isTTY && process.stdin.isTTY;
  const isFullScreen = isTerminal && !output.isJson && !options.once;
  if (!isTerminal && !output.isJson && !options.once) output.note("this is no terminal: once, as with --once");
  const tagged = { ...invocation, options: { ...options, tag: [...(options.tag ?? []), OBSERVER] } };
  await Session.run(tagged, async (session) => {
    if (!isFullScreen) await session.firstPeer();
    const top = new Top({ session, secret, intervalMs: options.interval });
    try {
      if (isFullScreen) await top.show(view, new Names(options.name));
      else await print(top, session, options, view);
    } finally {
      top.close();
    }
  });
}

/** Prints what is known: once, or a line of JSON for each interval. */
async function print(top: Top, session: Session, { once, interval, name }: TopFlags, view: View): Promise<void> {
  const { output, signal, network } = session;
  const { catalog } = network.discovery;
  await output.during("asking who else there is", settled(catalog, signal));
  await output.during("pinging them", measure(session));
  await output.during("asking them how they stand", answered(top, signal));
  do {
    // The first answers have no rates yet.
    await output.during("watching for one interval", delay(interval, undefined, { signal }));
    const { scene } = top;
    if (output.isJson) output.result(sceneJson(scene), "");
    else for (const { text } of listLines(scene, view, new Names(name))) output.result(null, text);
  } while (output.isJson && !once);
}

/** Waits until every peer has answered, but not for ever. @throws the signal's reason */
async function answered(top: Top, signal: AbortSignal): Promise<void> {
  let unsubscribe = (): void => {};
  const all = new Promise<void>((resolve) => {
    const look = (): void => (top.isComplete ? resolve() : undefined);
    unsubscribe = top.subscribe(look);
    look();
  });
  const patience = new AbortController();
  try {
    await Promise.race([all, delay(ANSWERS_MS_MAX, undefined, { signal: AbortSignal.any([signal, patience.signal]) })]);
  } finally {
    patience.abort();
    unsubscribe();
  }
}

/** @throws CliError `usage` for a column that there is not */
function viewOf({ sort, reverse }: TopFlags): View {
  const column = sort === undefined ? FIRST_VIEW.sort : columnNamed(sort);
  if (column === undefined) {
    throw usageError(`there is no column ${sort}`, `There are ${COLUMN_NAMES.join(", ")}.`);
  }
  return { ...FIRST_VIEW, sort: column, isReversed: reverse ?? false };
}
