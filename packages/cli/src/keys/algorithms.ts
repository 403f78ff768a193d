import { randomBytes } from "node:crypto";
import {
  EdDsa,
  EdDsaSigningKey,
  Es256,
  Es256SigningKey,
  Es384,
  Es384SigningKey,
  Es512,
  Es512SigningKey,
  Hs256,
  Hs384,
  Hs512,
  type SigningKey,
  type VerifyingKey,
} from "mosaik/jwt";
import { usageError } from "../exit.js";
import type { KeyAlgorithm } from "./names.js";

type JwtAlgorithm = Exclude<KeyAlgorithm, "node">;
/** A key that signs, and tells the one that verifies. */
type KeyPair = SigningKey & { verifyingKey(): VerifyingKey & { readonly bytes: Uint8Array } };

interface Asymmetric {
  readonly secretBytes: number;
  /** Bits of the first byte that a secret may have. */
  readonly topByteMask: number;
  readonly secret: (bytes: Uint8Array) => KeyPair;
  readonly public: (bytes: Uint8Array) => VerifyingKey;
}

interface Symmetric {
  readonly secretBytes: number;
  readonly shared: (bytes: Uint8Array) => SigningKey & VerifyingKey;
}

const ALGORITHMS: Readonly<Record<JwtAlgorithm, Asymmetric | Symmetric>> = {
  EdDSA: { secretBytes: 32, topByteMask: 0xff, secret: (b) => new EdDsaSigningKey(b), public: (b) => new EdDsa(b) },
  ES256: { secretBytes: 32, topByteMask: 0xff, secret: (b) => new Es256SigningKey(b), public: (b) => new Es256(b) },
  ES384: { secretBytes: 48, topByteMask: 0xff, secret: (b) => new Es384SigningKey(b), public: (b) => new Es384(b) },
  ES512: { secretBytes: 66, topByteMask: 0x01, secret: (b) => new Es512SigningKey(b), public: (b) => new Es512(b) },
  HS256: { secretBytes: 32, shared: (b) => new Hs256(b) },
  HS384: { secretBytes: 48, shared: (b) => new Hs384(b) },
  HS512: { secretBytes: 64, shared: (b) => new Hs512(b) },
};

/** A new secret key as text: of a node 64 hexadecimal digits, else `ALGORITHM:secret:HEX`. */
export function newKeyText(algorithm: KeyAlgorithm): string {
  if (algorithm === "node") return randomBytes(32).toString("hex");
  const kind = ALGORITHMS[algorithm];
  if ("shared" in kind) return keyText(algorithm, "secret", randomBytes(kind.secretBytes));
  for (;;) {
    const bytes = randomBytes(kind.secretBytes);
    bytes[0]! &= kind.topByteMask;
    if (isSecret(kind, bytes)) return keyText(algorithm, "secret", bytes);
  }
}

/** What others may know of a secret key: a node's id, or `ALGORITHM:public:HEX`. @throws CliError for a text that is no key */
export function publicTextOf(text: string): string {
  if (/^[0-9a-f]{64}$/i.test(text)) return hex(new EdDsaSigningKey(Buffer.from(text, "hex")).verifyingKey().bytes);
  const { algorithm, kind, isSecretKey, bytes } = parse(text);
  if ("shared" in kind) {
    throw usageError(
      `a key of ${algorithm} has no public part`,
      "Whoever shall verify tickets needs the key itself, and can issue them too.",
    );
  }
  return isSecretKey ? keyText(algorithm, "public", kind.secret(bytes).verifyingKey().bytes) : text;
}

/** @throws CliError for a text that is no secret key for tickets */
export function signingKey(text: string): SigningKey {
  const { kind, isSecretKey, bytes, algorithm } = parse(text);
  if (!isSecretKey) throw usageError(`this is a public key of ${algorithm}: tickets are issued with the secret one`);
  return "shared" in kind ? kind.shared(bytes) : kind.secret(bytes);
}

/** The key that verifies, of a public or a secret one. @throws CliError for a text that is no key for tickets */
export function verifyingKey(text: string): VerifyingKey {
  const { kind, isSecretKey, bytes } = parse(text);
  if ("shared" in kind) return kind.shared(bytes);
  return isSecretKey ? kind.secret(bytes).verifyingKey() : kind.public(bytes);
}

function parse(text: string) {
  const [, name, part, digits] = /^([A-Za-z0-9]+):(secret|public):([0-9a-fA-F]+)$/.exec(text) ?? [];
  const kind = name !== undefined && Object.hasOwn(ALGORITHMS, name) ? ALGORITHMS[name as JwtAlgorithm] : undefined;
  if (kind === undefined || ("shared" in kind && part === "public")) {
    throw usageError("not a key for tickets", "`mosaik key new --algorithm ES256` makes one.");
  }
  const bytes = Buffer.from(digits!, "hex");
  const isSecretKey = part === "secret";
  try {
    if ("shared" in kind) kind.shared(bytes);
    else if (isSecretKey) kind.secret(bytes);
    else kind.public(bytes);
  } catch (error) {
    throw usageError(`not a key of ${name}: ${(error as Error).message}`);
  }
  return { algorithm: name as JwtAlgorithm, kind, isSecretKey, bytes };
}

function isSecret(kind: Asymmetric, bytes: Uint8Array): boolean {
  try {
    kind.secret(bytes);
    return true;
  } catch {
    return false;
  }
}

function keyText(algorithm: JwtAlgorithm, part: "secret" | "public", bytes: Uint8Array): string {
  return `${algorithm}:${part}:${hex(bytes)}`;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
