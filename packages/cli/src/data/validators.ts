import { DateTime, Digest, Expiration, InvalidTicket, type TicketValidator } from "mosaik";
import { usageError } from "../exit.js";
import { exportOf, moduleReference, type Wanted } from "../modules.js";

const VALIDATOR: Wanted<TicketValidator> = {
  noun: "ticket validator",
  is: isValidator,
  advice: "One for JSON Web Tokens is made by jwt of mosaik/jwt: export const members = jwt({ … });",
};

/** The validators that the options name. @throws CliError */
export async function loadValidators(references: readonly string[] = []): Promise<TicketValidator[]> {
  const validators: TicketValidator[] = [];
  for (const text of references) {
    const reference = moduleReference(text);
    if (reference === undefined) {
      throw usageError(`--require-ticket ${text} names no module`, "Write --require-ticket ./tickets.mjs#members.");
    }
    validators.push(ofOurs(await exportOf(reference, VALIDATOR)));
  }
  return validators;
}

function isValidator(value: unknown): value is TicketValidator {
  if (typeof value !== "object" || value === null) return false;
  const { class: ticketClass, signature, validate } = value as Partial<TicketValidator>;
  return [ticketClass, signature].every((id) => typeof id?.hex === "string") && typeof validate === "function";
}

/** What a validator of another copy of the library answers, or throws. */
type ForeignVerdict = Error | { readonly moment: { readonly seconds: number; readonly nanos: number } | undefined };

/** The same validator in classes of this copy of the library, which tells verdicts apart by them. */
function ofOurs(theirs: TicketValidator): TicketValidator {
  const { class: ticketClass, signature, isRepeatable = false } = theirs;
  return {
    class: Digest.from(ticketClass.hex),
    signature: Digest.from(signature.hex),
    isRepeatable,
    validate(data, entry, nowMs) {
      const verdict = verdictOf(() => theirs.validate(data, entry, nowMs));
      if (verdict instanceof Error) return new InvalidTicket(verdict.message, { peer: entry.id, cause: verdict });
      const { moment } = verdict;
      return moment === undefined ? Expiration.never : Expiration.at(new DateTime(moment.seconds, moment.nanos));
    },
  };
}

function verdictOf(judge: () => ForeignVerdict): ForeignVerdict {
  try {
    return judge();
  } catch (error) {
    if (error instanceof Error && ["InvalidTicket", "DecodeError"].includes(error.name)) return error;
    throw error;
  }
}
