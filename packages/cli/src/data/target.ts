import { usageError } from "../exit.js";
import { moduleReference } from "../modules.js";

/** Which stream is meant, and the type of what is in it. */
export interface Target {
  /** A text or 64 hexadecimal digits; `undefined` for the id that follows from the type's name. */
  readonly id: string | undefined;
  /** In the notation of types, or the export of a module. */
  readonly type: string;
}

/** No name has these by accident: what has them is a type. */
const TYPE_CHARACTERS = /[{}()<>[\]]/;

/**
 * What the argument `STREAM` means beside `--type` and `--id`: a name, whose type is given by `--type` (default: JSON); or a type, whose
 * name, or `--id`, gives the id; or `.`, for the type that `--type` gives.
 *
 * @throws CliError
 */
export function targetOf(argument: string, { type, id }: { readonly type?: string; readonly id?: string }): Target {
  if (argument === ".") {
    if (type === undefined) throw usageError("which type? `.` stands for the id that follows from it", "Say --type.");
    return { id, type };
  }
  const isType = TYPE_CHARACTERS.test(argument) || moduleReference(argument) !== undefined;
  if (type !== undefined && (isType || id !== undefined)) {
    throw usageError(
      `${argument} and ${isType ? `--type ${type} are both types` : `--id ${id} are both ids`}`,
      "Leave out one of them.",
    );
  }
  return isType || id !== undefined ? { id, type: argument } : { id: argument, type: type ?? "json" };
}
