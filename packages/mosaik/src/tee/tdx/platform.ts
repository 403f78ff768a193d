import { toHex } from "../../primitives/index.js";
import { type Certificate } from "../pki/certificate.js";
import { DerError, DerReader, oidText, smallInteger, TAG, type DerElement } from "../pki/der.js";

/** What Intel certifies of a platform, in the certificate of its key (Intel SGX PCK certificate specification, §1.3.5). */
export interface Platform {
  /** The family of the processor, 12 hexadecimal digits. */
  readonly fmspc: string;
  /** 4 hexadecimal digits. */
  readonly pceId: string;
  /** Sixteen. */
  readonly componentSvns: readonly number[];
  readonly pceSvn: number;
}

const SGX_EXTENSIONS = "1.2.840.113741.1.13.1";
const TCB = `${SGX_EXTENSIONS}.2`;
const PCE_ID = `${SGX_EXTENSIONS}.3`;
const FMSPC = `${SGX_EXTENSIONS}.4`;
const COMPONENTS = 16;
const PCE_SVN = 17;

/** @throws DerError for a certificate that is not of a platform's key */
export function platformOf({ extensions }: Certificate): Platform {
  const content = extensions.get(SGX_EXTENSIONS);
  if (content === undefined) throw new DerError("a certificate that says nothing of a platform");
  const fields = fieldsOf(DerReader.only(content, TAG.sequence, "what it says of the platform"));
  const tcb = fieldsOf(fieldOf(fields, TCB, TAG.sequence));
  const svn = (number: number): number =>
    smallInteger(fieldOf(tcb, `${TCB}.${number}`, TAG.integer), `component ${number} of the TCB`);
  return {
    fmspc: octets(fieldOf(fields, FMSPC, TAG.octetString), 6),
    pceId: octets(fieldOf(fields, PCE_ID, TAG.octetString), 2),
    componentSvns: Array.from({ length: COMPONENTS }, (_, i) => svn(i + 1)),
    pceSvn: svn(PCE_SVN),
  };
}

/** A sequence of pairs of an identifier and its value. */
function fieldsOf({ content }: DerElement): Map<string, DerElement> {
  const fields = new Map<string, DerElement>();
  for (const pairs = new DerReader(content); pairs.hasMore;) {
    const pair = pairs.inside(TAG.sequence, "what it says of the platform");
    const oid = oidText(pair.read(TAG.oid, "what it says of the platform"));
    if (fields.has(oid)) throw new DerError(`${oid} twice`);
    fields.set(oid, pair.next(oid));
  }
  return fields;
}

function fieldOf(fields: ReadonlyMap<string, DerElement>, oid: string, tag: number): DerElement {
  const field = fields.get(oid);
  if (field?.tag !== tag) throw new DerError(`it does not say ${oid}`);
  return field;
}

function octets({ content }: DerElement, length: number): string {
  if (content.length !== length) throw new DerError(`${content.length} bytes where there should be ${length}`);
  return toHex(content);
}
