// A chat without a server. README.md tells how to run it.
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { joinNetwork, parsePeer } from "./network.mjs";
import { Room } from "./room.mjs";

const TEXT_MAX = 2000;
const USAGE = `node main.mjs --nick NAME [--room ROOM] [--peer ID@ADDRESS:PORT]... [--listen ADDRESS:PORT]
  --nick    who you are: up to 32 letters, digits, - and _
  --room    where to; default: lobby. Whoever knows the name can come in
  --peer    somebody to join by, as their process printed it; none for the first
  --listen  where to be reached; default: this machine alone, 127.0.0.1:0`;

/** @throws Error for what cannot be */
function readOptions() {
  const options = {
    nick: { type: "string" },
    room: { type: "string", default: "lobby" },
    peer: { type: "string", multiple: true, default: [] },
    listen: { type: "string", default: "127.0.0.1:0" },
  };
  const { nick, room, peer, listen } = parseArgs({ options }).values;
  if (!/^[\w-]{1,32}$/.test(nick ?? "")) throw new Error("a --nick of letters, digits, - and _ is missing");
  if (room === "") throw new Error("--room is empty");
  return { nick, name: room, peers: peer.map(parsePeer), listen };
}

function optionsOrUsage() {
  try {
    return readOptions();
  } catch (error) {
    console.error(`${error.message}\n\n${USAGE}`);
    process.exit(2);
  }
}

async function showMessages(room, signal) {
  for await (const { from, text } of room.messages(signal)) console.log(`${printable(from)}: ${printable(text)}`);
}

async function showPresence(room, signal) {
  for await (const { kind, nick } of room.presence(signal)) {
    console.log(`* ${printable(nick)} ${kind === "came" ? "is here" : "left"}`);
  }
}

/** Says each line of input. Ends with it. */
async function sayLines(room, signal) {
  for await (const line of createInterface({ input: process.stdin, signal })) {
    if (line.length > TEXT_MAX) console.log(`* not said: that is longer than ${TEXT_MAX} characters`);
    else if (line.trim() !== "") await room.say(line, signal);
  }
}

/** What others say goes to a terminal: it must not control it. */
function printable(text) {
  return text.replaceAll(/\p{Cc}/gu, "\u{fffd}");
}

const { nick, name, peers, listen } = optionsOrUsage();
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stop.abort());

let network;
try {
  network = await joinNetwork(`group-chat.${name}`, { peers, listen }, stop.signal);
  console.log(`* coming into ${name}`);
  const room = new Room(network, { name, nick });
  await room.enter(stop.signal);
  const { signal } = stop;
  try {
    await Promise.race([
      showPresence(room, signal),
      showMessages(room, signal),
      room.sweep(signal),
      sayLines(room, signal),
    ]);
  } finally {
    stop.abort(); // holds on to the nick no more
    await room.leave();
  }
} catch (error) {
  if (error !== stop.signal.reason) {
    console.error(error.message);
    process.exitCode = 1;
  }
} finally {
  await network?.close();
}
if (process.exitCode === undefined) console.log("* you left");
