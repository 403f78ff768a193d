/** What a secret key can be for: a node, or an algorithm of JSON Web Tokens. */
export const KEY_ALGORITHMS = ["node", "EdDSA", "ES256", "ES384", "ES512", "HS256", "HS384", "HS512"] as const;

export type KeyAlgorithm = (typeof KEY_ALGORITHMS)[number];
