/** What a crate needs beside serde, by what the text mentions. */
const CRATES: readonly (readonly [mention: RegExp, line: string])[] = [
  [/\bbytes::/, 'bytes = { version = "1", features = ["serde"] }'],
  [/\bchrono::/, 'chrono = { version = "0.4", features = ["serde"] }'],
  [/\bsemver::/, 'semver = { version = "1", features = ["serde"] }'],
  [/\bmosaik::/, 'mosaik = "0.4.2"'],
];

/** The lines of a Cargo.toml that a text with generated definitions needs. */
export function cratesOf(text: string): string[] {
  const features = /\bsync::Arc<|\brc::Rc</.test(text) ? '["derive", "rc"]' : '["derive"]';
  const others = CRATES.filter(([mention]) => mention.test(text)).map(([, line]) => line);
  return [`serde = { version = "1", features = ${features} }`, ...others];
}
