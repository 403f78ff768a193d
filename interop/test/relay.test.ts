import { request as httpsRequest } from "node:https";
import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { startRelay, startSecureRelay } from "../src/index.js";
import { obstacle } from "./setup.js";

describe.skipIf(obstacle !== undefined)("the local relay", () => {
  it("serves HTTPS and QUIC address discovery under a certificate for the names it was given", async () => {
    await using relay = await startSecureRelay(["relay.test", "127.0.0.1"]);
    const url = new URL(relay.url);
    expect(url).toMatchObject({ protocol: "https:", hostname: "relay.test" });
    expect(relay.quicPort).toBeGreaterThan(0);
    expect(new X509Certificate(relay.certificate).subjectAltName).toBe("DNS:relay.test, IP Address:127.0.0.1");
    expect(await statusOf(`https://127.0.0.1:${url.port}/healthz`, relay.certificate)).toBe(200);
    await expect(statusOf(`https://127.0.0.1:${url.port}/healthz`)).rejects.toMatchObject({
      code: "DEPTH_ZERO_SELF_SIGNED_CERT",
    });
  });

  it("serves plain HTTP on the address and port that it is told", async () => {
    await using first = await startRelay(0, { host: "127.0.0.7" });
    const { hostname, port } = new URL(first.url);
    expect(hostname).toBe("127.0.0.7");
    await expect(startRelay(Number(port), { host: "127.0.0.7" })).rejects.toThrow("Failed to bind");
    await using other = await startRelay(Number(port), { host: "127.0.0.8" });
    expect((await fetch(new URL("/healthz", other.url))).status).toBe(200);
  });
});

function statusOf(url: string, ca?: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(url, { ca }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on("error", reject).end();
  });
}
