import { AttestationError } from "./errors.js";

/** The folder of configfs in which Linux, from 6.7 on, makes quotes. */
export const TSM_DIRECTORY = "/sys/kernel/config/tsm/report";

/** As much of a file system as a quote takes. Errors carry the system's `code`, as those of Node do. */
export interface TsmFiles {
  makeDirectory(path: string): Promise<void>;
  removeDirectory(path: string): Promise<void>;
  /** To the end. It may block for as long as the host takes. */
  read(path: string): Promise<Uint8Array>;
  /** All at once, and closed behind it: that is when configfs takes it. */
  write(path: string, content: Uint8Array): Promise<void>;
}

/** Where, and of whom, a report is asked for. */
export interface TsmRequest {
  readonly files: TsmFiles;
  /** The folder of configfs-tsm. */
  readonly directory: string;
  /** A name that no other request has. */
  readonly name: string;
  /** Who must make the report: `tdx_guest`. */
  readonly provider: string;
  /** 64 bytes. */
  readonly reportData: Uint8Array;
}

/**
 * Asks the kernel for one report through configfs-tsm (Linux Documentation/ABI/testing/configfs-tsm; spec 07 §6.2), and tidies up behind it.
 *
 * @throws AttestationError `unavailable` where there is no such folder or provider, `quoteFailed`
 */
export async function requestReport({ files, directory, name, provider, reportData }: TsmRequest): Promise<Uint8Array> {
  const path = `${directory}/${name}`;
  await files.makeDirectory(path).catch((error: unknown) => {
    throw new AttestationError("unavailable", whyNoDirectory(error, directory), { cause: error });
  });
  try {
    return await readReport(files, path, provider, reportData);
  } catch (error) {
    if (error instanceof AttestationError) throw error;
    throw new AttestationError("quoteFailed", `the kernel made no quote: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    // What cannot be removed costs the kernel a little memory, and its name is not used again.
    await files.removeDirectory(path).catch(() => {});
  }
}

async function readReport(files: TsmFiles, path: string, wanted: string, reportData: Uint8Array): Promise<Uint8Array> {
  const text = async (name: string): Promise<string> =>
    new TextDecoder().decode(await files.read(`${path}/${name}`)).trim();
  const provider = await text("provider");
  if (provider !== wanted) {
    throw new AttestationError("unavailable", `this machine is a guest of ${provider}, not of ${wanted}`);
  }
  const before = generationOf(await text("generation"));
  await files.write(`${path}/inblob`, reportData);
  const report = await files.read(`${path}/outblob`);
  const after = generationOf(await text("generation"));
  if (after !== before + 1) {
    throw new AttestationError(
      "quoteFailed",
      "another program wrote to the same request: the quote may be of its data",
    );
  }
  if (report.length === 0) {
    throw new AttestationError(
      "quoteFailed",
      "the quote is empty: the host's service for quotes does not answer, or may not be asked",
    );
  }
  return report;
}

function generationOf(text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new AttestationError("quoteFailed", `the kernel's count of requests is no number: ${text}`);
}

function whyNoDirectory(error: unknown, directory: string): string {
  switch ((error as { code?: unknown }).code) {
    case "ENOENT":
      return `there is no ${directory}: this is no confidential guest, its Linux is older than 6.7, or configfs is not mounted`;
    case "ENXIO":
      return "this is no confidential guest: the kernel has no provider of quotes";
    case "EACCES":
    case "EPERM":
      return `${directory} may not be written to: quotes are root's`;
    default:
      return `${directory}: ${(error as Error).message}`;
  }
}
