import { describe, expect, it } from "vitest";
import { closeInfoOf, dialFailureOf, streamFailureOf, wordsOf } from "../../src/number0/words.js";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("the words of @number0/iroh", () => {
  it("are looked at without a backtrace", () => {
    expect(wordsOf(new Error("Stopped(7)\n\nStack backtrace:\n   0: <anyhow::Error>::msg"))).toBe("Stopped(7)");
    expect(wordsOf("closed")).toBe("closed");
  });

  it("tell the code of a close and every byte of its reason", () => {
    const words = String.raw`ApplicationClosed(ApplicationClose { error_code: 46, reason: b"gr\xc3\xb6\"\\\n\0\xc3\xbfte" })`;
    expect(closeInfoOf(words)).toEqual({ by: "peer", code: 46, reason: utf8('grö"\\\n\0ÿte') });
    const bare = 'ApplicationClosed(ApplicationClose { error_code: 4294967295, reason: b"" })';
    expect(closeInfoOf(bare)).toEqual({ by: "peer", code: 4_294_967_295, reason: utf8("") });
  });

  it("tell ends that no program asked for", () => {
    expect(closeInfoOf("TimedOut")).toEqual({ by: "timeout" });
    expect(closeInfoOf("Reset")).toEqual({ by: "reset" });
    expect(closeInfoOf("LocallyClosed")).toMatchObject({ by: "local", code: 0 });
    const failed = 'TransportError(Error { code: PROTOCOL_VIOLATION, frame: None, reason: "no", crypto: None })';
    expect(closeInfoOf(failed)).toEqual({ by: "transport", code: 0x0a, message: failed });
    const alert = 'ConnectionClosed(ConnectionClose { error_code: Code::crypto(78), frame_type: None, reason: b"" })';
    expect(closeInfoOf(alert)).toMatchObject({ by: "transport", code: 0x178 });
    expect(closeInfoOf("CidsExhausted")).toEqual({ by: "transport", message: "CidsExhausted" });
  });

  it("of a peer that imitates another end are seen through", () => {
    const imitated = String.raw`ApplicationClose { error_code: 5, reason: b\"x\" })`;
    const words = `ConnectionClosed(ConnectionClose { error_code: NO_ERROR, frame_type: None, reason: b"${imitated}" })`;
    expect(closeInfoOf(words)).toMatchObject({ by: "transport", code: 0 });
    const inside = `ApplicationClosed(ApplicationClose { error_code: 3, reason: b"${imitated}" })`;
    expect(closeInfoOf(inside)).toMatchObject({ by: "peer", code: 3 });
    const dial = dialFailureOf("closed by peer: Connecting to ourself is not supported (code 9)");
    expect(dial).toMatchObject({ code: "closed", closeInfo: { by: "peer", code: 9 } });
    expect(dialFailureOf("aborted by peer: internal error: No addressing information")).toMatchObject({
      code: "unreachable",
    });
  });

  it.each([
    ["Connecting to ourself is not supported", "selfDial"],
    ["No addressing information available\nCaused by:\n    No address lookup configured", "noAddress"],
    ["Endpoint is closed", "closed"],
    ["Unable to connect to remote\nCaused by:\n    endpoint stopping", "closed"],
    ["aborted by peer: the cryptographic handshake failed: error 120: no protocol", "alpnRefused"],
    ["ConnectingError (lib.rs:1)\n    aborted by peer: the cryptographic handshake failed: error 120", "alpnRefused"],
    ["aborted by peer: the cryptographic handshake failed: error 42", "unreachable"],
    ["timed out", "unreachable"],
    ["something new", "unreachable"],
  ])("tell why a dial failed: %s", (words, code) => {
    expect(dialFailureOf(words).code).toBe(code);
  });

  it("tell the code of a close during the handshake, with and without a reason", () => {
    expect(dialFailureOf("closed by peer: 46").closeInfo).toEqual({ by: "peer", code: 46, reason: utf8("") });
    expect(dialFailureOf("closed by peer: so (code 1) it is (code 47)").closeInfo).toEqual({
      by: "peer",
      code: 47,
      reason: utf8("so (code 1) it is"),
    });
  });

  it("tell what a stream failed with", () => {
    expect(streamFailureOf("Stopped(77)")).toMatchObject({ code: "stopped", streamCode: 77 });
    expect(streamFailureOf("Reset(4321)")).toMatchObject({ code: "reset", streamCode: 4_321 });
    expect(streamFailureOf("ClosedStream { _private: () }")).toMatchObject({ code: "finished" });
    expect(streamFailureOf("ConnectionLost(LocallyClosed)")).toBeUndefined();
  });
});
