/** The members of an archive of cpio's new ASCII format, by their paths; what links lead to is their content. */
export function filesOfCpio(archive: Uint8Array): Map<string, { mode: number; content: string }> {
  const bytes = Buffer.from(archive);
  const files = new Map<string, { mode: number; content: string }>();
  for (let at = 0; ;) {
    if (bytes.toString("latin1", at, at + 6) !== "070701") throw new Error(`no header at ${at}`);
    const field = (number: number): number =>
      parseInt(bytes.toString("latin1", at + 6 + 8 * number, at + 14 + 8 * number), 16);
    const [mode, length, nameLength] = [field(1), field(6), field(11)];
    const name = bytes.toString("utf8", at + 110, at + 110 + nameLength - 1);
    if (name === "TRAILER!!!") return files;
    const begin = Math.ceil((at + 110 + nameLength) / 4) * 4;
    files.set(name, { mode, content: bytes.toString("utf8", begin, begin + length) });
    at = Math.ceil((begin + length) / 4) * 4;
  }
}
