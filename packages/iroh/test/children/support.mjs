/** What the child processes of the tests share. They run the built package: a program's own view of it. */
import { randomBytes } from "node:crypto";
import { iroh } from "../../dist/index.js";

export const alpn = "mosaik-iroh-test/1";

export function bind(options) {
  return iroh.bind({ secretKey: new Uint8Array(randomBytes(32)), alpns: [alpn], relay: "none", ...options });
}

/** Two endpoints and a connection with one stream, over which a byte went there and back. */
export async function talk(options) {
  const [dialler, acceptor] = await Promise.all([bind(options), bind(options)]);
  const [near, far] = await Promise.all([dialler.dial(acceptor.addr(), [alpn]), acceptor.accept()]);
  const opened = await near.openBi();
  opened.send.tryWrite(Uint8Array.of(1));
  const incoming = await far.acceptBi();
  await new Promise((resolve) => {
    incoming.recv.start(
      (chunk) => incoming.send.tryWrite(chunk),
      () => {},
      1,
    );
    opened.recv.start(resolve, () => {}, 1);
  });
  return { dialler, acceptor, near, far };
}
