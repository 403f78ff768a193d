import type { Benchmark, Session } from "../benchmark.js";
import { callRate, callTime, type CallLoad } from "../harness/calls.js";
import { mosaikCallsToRust } from "../mosaik/calls-to-rust.js";
import { mosaikCalls } from "../mosaik/calls.js";
import { moleculerCalls } from "../rivals/moleculer.js";
import { natsCalls } from "../rivals/nats-calls.js";
import { rustCalls } from "../rivals/rust-calls.js";
import { bareRoundTrips } from "../transport/round-trips.js";

const IN_FLIGHT = 64;
const rate = (load: CallLoad): Session => callRate(load, IN_FLIGHT);
/** A Rust node that serves more at a time serves fewer in all, whoever calls: each call is a connection. */
const IN_FLIGHT_TO_RUST = 16;
const rateToRust = (load: CallLoad): Session => callRate(load, IN_FLIGHT_TO_RUST);

/** A call alone. */
export const call1: Benchmark = {
  name: "call-1",
  unit: "us (p50)",
  better: "lower",
  beginsAnew: true,
  ours: mosaikCalls(callTime),
  rivals: [
    { ...bareRoundTrips("transport-rtt"), reachRatio: 1.3 },
    rustCalls(callTime),
    natsCalls(callTime),
    moleculerCalls(callTime),
  ],
};

/** Many calls side by side. */
export const call64: Benchmark = {
  name: "call-64",
  unit: "calls/s",
  better: "higher",
  reach: 100_000,
  ours: mosaikCalls(rate),
  rivals: [rustCalls(rate), natsCalls(rate), moleculerCalls(rate)],
};

/** Many calls side by side to a Rust node: by one of ours, and by another Rust node. */
export const callRust: Benchmark = {
  name: "call-rust",
  unit: "calls/s",
  better: "higher",
  ours: mosaikCallsToRust(rateToRust),
  rivals: [{ ...rustCalls(rateToRust), reachRatio: 0.8 }],
};
