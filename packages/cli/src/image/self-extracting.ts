import { packTar } from "modern-tar";
import { quoted } from "./init-script.js";

const MARKER = "__FILES_OF_THE_IMAGE__";

/**
 * One script with all files of an image behind it: it unpacks them and starts one of them. `KEEP=1` leaves the files there. It is not measured: what
 * it unpacks is.
 */
export async function selfExtracting(
  files: readonly (readonly [name: string, content: Uint8Array])[],
  start: string,
): Promise<Uint8Array> {
  const entries = files.map(([name, content]) => ({
    header: { name, size: content.length, mode: name.endsWith(".sh") ? 0o755 : 0o644, mtime: new Date(0) },
    body: content,
  }));
  // What is large in it is compressed already.
  const archive = await packTar(entries);
  const script = `#!/bin/sh
# Unpacks an image, and starts it. KEEP=1 leaves its files there.
set -eu
self=$0
folder=$(mktemp -d)
[ -n "\${KEEP:-}" ] || trap 'rm -rf "$folder"' EXIT
[ -z "\${KEEP:-}" ] || echo "unpacked into $folder"
begin=$(awk '/^${MARKER}$/ { print NR + 1; exit }' "$self")
tail -n +"$begin" "$self" | tar -x -C "$folder"
"$folder"/${quoted(start)} "$@"
exit
${MARKER}
`;
  return new Uint8Array(Buffer.concat([Buffer.from(script), archive]));
}
