import { MosaikError } from "../../primitives/index.js";

/** What is wrong with a report of AMD SEV-SNP, or with what vouches for it. */
export type SnpErrorCode =
  /** The bytes are no report, or of a version that is not known. */
  | "malformedReport"
  /** A signature or a certificate does not hold, or is of another chip or firmware. */
  | "untrusted"
  /** The guest or its platform is not what the policy demands: debug, too old. */
  | "policy"
  /** An option has an unusable value. */
  | "invalidOption";

/** What went wrong with AMD SEV-SNP. */
export class SnpError extends MosaikError<SnpErrorCode> {
  override readonly name = "SnpError";
}
