import { DerError, DerReader, smallInteger, TAG } from "../pki/der.js";
import { SnpError } from "./errors.js";
import type { SnpTcb } from "./report.js";

/** What AMD certifies of a chip, or of a cloud's platforms, in the certificate of the key that signs reports (AMD, document 57230). */
export interface Endorsement {
  /** `Milan`, `Genoa`, `Turin`. */
  readonly product: string;
  readonly tcb: SnpTcb;
  /** Of a chip's own key (VCEK); a cloud's (VLEK) has none. */
  readonly chipId: Uint8Array | undefined;
}

const BASE = "1.3.6.1.4.1.3704.1";
const OID = {
  product: `${BASE}.2`,
  bootloader: `${BASE}.3.1`,
  tee: `${BASE}.3.2`,
  snp: `${BASE}.3.3`,
  microcode: `${BASE}.3.8`,
  fmc: `${BASE}.3.9`,
  chipId: `${BASE}.4`,
} as const;
const IA5_STRING = 0x16;

/** @throws SnpError `untrusted` for a certificate that says nothing of a chip */
export function endorsementIn(extensions: ReadonlyMap<string, Uint8Array>): Endorsement {
  try {
    const part = (oid: string): number => {
      const content = extensions.get(oid);
      if (content === undefined) throw new DerError(`it does not say ${oid}`);
      return smallInteger(DerReader.only(content, TAG.integer, oid), oid);
    };
    const name = DerReader.only(extensions.get(OID.product) ?? new Uint8Array(), IA5_STRING, "the product");
    // `Milan-B0`: the stepping says nothing that counts.
    const [product] = new TextDecoder().decode(name.content).split("-") as [string];
    const { bootloader, tee, snp, microcode } = OID;
    const fmc = product === "Turin" ? part(OID.fmc) : undefined;
    const tcb = { fmc, bootloader: part(bootloader), tee: part(tee), snp: part(snp), microcode: part(microcode) };
    return { product, tcb, chipId: extensions.get(OID.chipId) };
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    throw new SnpError("untrusted", `a certificate that vouches for no chip: ${error.message}`, { cause: error });
  }
}
