import { beforeEach, describe, expect, it } from "vitest";
import type { Connection } from "../../src/runtime/index.js";
import { Handshakes } from "../../src/network/handshakes.js";

describe("Handshakes", () => {
  const refused: Connection[] = [];
  let handshakes: Handshakes;

  beforeEach(() => {
    refused.length = 0;
    handshakes = new Handshakes({ monoMs: () => 0 }, 2, (connection) => refused.push(connection));
  });

  const from = (remoteId: string): Connection => ({ remoteId }) as Connection;
  const endless = (connection: Connection): unknown => handshakes.shake(connection, () => new Promise(() => {}));

  it("come to what they come to", async () => {
    expect(await handshakes.shake(from("a"), () => Promise.resolve("a link"))).toBe("a link");
    await expect(handshakes.shake(from("a"), () => Promise.reject(new Error("silent")))).rejects.toThrow("silent");
    expect(refused).toEqual([]);
  });

  it("are refused beyond their number, and not begun", async () => {
    const [a, b, c] = [from("a"), from("b"), from("c")];
    void endless(a);
    void endless(b);
    expect(await handshakes.shake(c, () => Promise.reject(new Error("begun")))).toBeUndefined();
    expect(refused).toEqual([c]);
  });

  it("are given up by the peer that has most", async () => {
    const [first, second, other] = [from("a"), from("a"), from("b")];
    void endless(first);
    void endless(second);
    expect(await handshakes.shake(other, () => Promise.resolve("a link"))).toBe("a link");
    expect(refused).toEqual([first]);
  });

  it("leave their places once they have come to something, whatever it is", async () => {
    for (let i = 0; i < 3; i++) {
      await handshakes.shake(from(`kept ${i}`), () => Promise.resolve());
      await handshakes.shake(from(`failed ${i}`), () => Promise.reject(new Error("silent"))).catch(() => {});
    }
    expect(refused).toEqual([]);
  });
});
