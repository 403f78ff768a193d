import { randomBytes } from "node:crypto";
import { mkdir, readFile, rmdir, writeFile } from "node:fs/promises";
import type { AttestationSource } from "./attestation-source.js";
import { TsmSource, type TsmOptions } from "./tsm-source.js";

/** Evidence by this machine's own hardware, through its kernel's configfs-tsm. Whether there is any shows when it is asked for. */
export function openTsm(options: TsmOptions = {}): AttestationSource {
  return new TsmSource(
    {
      files: {
        makeDirectory: (path) => mkdir(path),
        removeDirectory: (path) => rmdir(path),
        read: (path) => readFile(path),
        write: (path, content) => writeFile(path, content),
      },
      random: (length) => randomBytes(length),
      after: (delayMs, task) => {
        const timer = setTimeout(task, delayMs);
        return () => clearTimeout(timer);
      },
    },
    options,
  );
}
