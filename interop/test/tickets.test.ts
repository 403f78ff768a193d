import { Digest, Expiration, InvalidTicket, validateTicket, type Network } from "mosaik";
import {
  EdDsaSigningKey,
  Es256SigningKey,
  Es384SigningKey,
  Es512SigningKey,
  Hs256,
  Hs384,
  Hs512,
  jwt,
  JWT_TICKET_CLASS,
  JwtIssuer,
  type JwtOptions,
  type SigningKey,
  type VerifyingKey,
} from "mosaik/jwt";
import { describe, expect, it } from "vitest";
import type { JwtAlgorithm, JwtValidatorArgs, RustNode } from "../src/index.js";
import { obstacle, until, useLanguages } from "./setup.js";

interface Algorithm {
  readonly name: JwtAlgorithm;
  /** The signing key in hexadecimal. */
  readonly key: string;
  readonly signing: SigningKey;
  readonly verifying: VerifyingKey;
}

function symmetric(name: JwtAlgorithm, bytes: number, of: (key: Uint8Array) => SigningKey & VerifyingKey): Algorithm {
  const key = new Uint8Array(bytes).map((_, i) => i + 1);
  return { name, key: hex(key), signing: of(key), verifying: of(key) };
}

function asymmetric(
  name: JwtAlgorithm,
  bytes: number,
  of: (key: Uint8Array) => SigningKey & { verifyingKey(): VerifyingKey },
): Algorithm {
  // The first byte zero: within the order of every curve.
  const key = new Uint8Array(bytes).map((_, i) => i);
  const signing = of(key);
  return { name, key: hex(key), signing, verifying: signing.verifyingKey() };
}

const textOf = (token: Uint8Array): string => Buffer.from(token).toString("latin1");
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

const ALGORITHMS: readonly Algorithm[] = [
  symmetric("HS256", 32, (key) => new Hs256(key)),
  symmetric("HS384", 48, (key) => new Hs384(key)),
  symmetric("HS512", 64, (key) => new Hs512(key)),
  asymmetric("ES256", 32, (key) => new Es256SigningKey(key)),
  asymmetric("ES384", 48, (key) => new Es384SigningKey(key)),
  asymmetric("ES512", 66, (key) => new Es512SigningKey(key)),
  asymmetric("EdDSA", 32, (key) => new EdDsaSigningKey(key)),
];

describe.skipIf(obstacle !== undefined)("tickets among TypeScript and Rust", () => {
  const context = useLanguages();

  /** What we say of the tickets of a Rust node, as soon as its entry has so many. */
  async function ours(
    ts: Network,
    rust: RustNode,
    count: number,
    options: JwtOptions,
  ): Promise<Expiration | undefined> {
    const tickets = (): number => ts.discovery.catalog.get(rust.id)?.entry.tickets.size ?? 0;
    await until(10_000, () => tickets() === count, `${count} tickets in the entry of the Rust node`);
    const { entry } = ts.discovery.catalog.get(rust.id)!;
    const verdict = validateTicket(entry, jwt(options), Date.now(), (error) => expect(error).toBeUndefined());
    return verdict instanceof InvalidTicket ? undefined : verdict;
  }

  it.each(ALGORITHMS)("$name: the same claims are the same ticket, and each admits the other's", async (algorithm) => {
    const { name, key, signing, verifying } = algorithm;
    const { ts, rust } = await context.languages.pair(`tickets ${name}`);
    const iat = Math.floor(Date.now() / 1000);
    const exp = iat + 3_600;

    const issued = await rust.issueTicket({
      alg: name,
      key,
      claims: { iss: "us", iat, exp, role: "reader", level: 3 },
    });
    const issuer = new JwtIssuer(signing, {
      issuer: "us",
      issuedAtMs: iat * 1000,
      claims: { exp, role: "reader", level: 3n },
    });
    const same = issuer.issue(rust.id, Date.now());
    expect(same.class.hex).toBe(issued.class);
    // Rust draws the nonces of ES512 at random: header and claims are equal all the same.
    const comparable = (token: string): string => (name === "ES512" ? token.slice(0, token.lastIndexOf(".")) : token);
    expect(comparable(textOf(same.data))).toBe(comparable(textOf(Buffer.from(issued.data, "hex"))));
    if (name !== "ES512") expect(same.class.derive(same.data).hex).toBe(issued.id);

    const options: JwtOptions = { keys: verifying, issuers: ["us"], claims: { role: "reader", level: 3n } };
    const args: JwtValidatorArgs = {
      keys: [{ alg: name, signingKey: key }],
      issuers: ["us"],
      claims: { role: "reader", level: 3 },
    };
    expect(jwt(options).signature.hex).toBe(await context.languages.rust.validatorSignature(args));

    await rust.addTicket(issued);
    const verdict = await ours(ts, rust, 1, options);
    expect(verdict?.moment?.seconds).toBe(exp);
    expect(await ours(ts, rust, 1, { ...options, issuers: ["another"] })).toBeUndefined();

    ts.discovery.addTicket(issuer.issue(ts.local.id, Date.now()));
    await context.languages.rust.events.waitFor(
      "peerUpdated",
      ({ peer, entry }) => peer === ts.local.id.hex && entry.tickets.length === 1,
    );
    const theirs = await rust.judgeTickets(ts.local.id.hex, args);
    expect(theirs).toMatchObject({ admitted: true });
    expect(Date.parse((theirs as { expires: string }).expires)).toBe(exp * 1000);
    expect(await rust.judgeTickets(ts.local.id.hex, { ...args, claims: { role: "writer" } })).toEqual({
      admitted: false,
    });
  });

  it("tickets are added, replaced and removed in an entry, as the other language sees it", async () => {
    const { languages } = context;
    const { ts, rust } = await languages.pair("operations");
    const issuer = new JwtIssuer(new Hs256(Digest.from("key").bytes));
    const issue = (tokenId: string) => issuer.issue(ts.local.id, Date.now(), { tokenId });
    const [a, b, c] = [issue("a"), issue("b"), issue("c")];
    const idOf = ({ class: ticketClass, data }: typeof a): string => ticketClass.derive(data).hex;
    const seen = async (...expected: (typeof a)[]): Promise<void> => {
      const ids = expected.map(idOf).sort().join();
      await languages.rust.events.waitFor(
        "peerUpdated",
        ({ peer, entry }) => peer === ts.local.id.hex && entry.tickets.map(({ id }) => id).join() === ids,
      );
    };
    const custom = { class: Digest.from("custom"), data: new Uint8Array([1, 2, 3]) };
    ts.discovery.addTicket(a);
    ts.discovery.addTicket(b);
    ts.discovery.addTicket(custom);
    await seen(a, b, custom);
    ts.discovery.replaceTicket(c);
    await seen(c, custom);
    ts.discovery.removeTicket(idOf(custom));
    await seen(c);

    const theirs = await rust.issueTicket({ alg: "HS256", key: Digest.from("key").hex, expiresInMs: 60_000 });
    await rust.addTicket(theirs);
    const options = { keys: new Hs256(Digest.from("key").bytes) };
    expect(await ours(ts, rust, 1, options)).toBeInstanceOf(Expiration);
    await rust.removeTicketsOf(JWT_TICKET_CLASS.hex);
    expect(await ours(ts, rust, 0, options)).toBeUndefined();
  });
});
