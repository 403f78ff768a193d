import { fromHex } from "../../primitives/index.js";
import type { Collateral, PckAuthority } from "./collateral.js";
import { TdxError } from "./errors.js";
import { memberText, type SignedText } from "./signed-text.js";

/** The answer to a request by HTTP. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: Uint8Array;
  /** A header by its name in lowercase. */
  header(name: string): string | undefined;
}

/** Asks for a URL. It rejects where nobody answers. */
export type HttpGet = (url: string) => Promise<HttpAnswer>;

/** What an answer may have, in bytes: revocation lists are the longest. */
export const ANSWER_MAX_BYTES = 4 * 1024 * 1024;

/** Intel's own server, which has the root's list elsewhere. */
const INTEL = "https://api.trustedservices.intel.com";
const INTEL_ROOT_CRL = "https://certificates.trustedservices.intel.com/IntelSGXRootCA.der";

/**
 * Asks a server that speaks version 4 of Intel's Provisioning Certification Service, as PCCS does, for what there is on a family of processors. Nothing of it
 * is verified yet: verifyQuote does.
 *
 * @param base such as `https://localhost:8081`, without a slash at the end
 * @throws TdxError `collateral` that names the request which failed
 */
export async function fetchCollateral(
  get: HttpGet,
  base: string,
  fmspc: string,
  authority: PckAuthority,
): Promise<Collateral> {
  const [tcbInfo, qeIdentity, pckRevocations, rootRevocations] = await Promise.all([
    ask(get, `${base}/tdx/certification/v4/tcb?fmspc=${fmspc}`),
    ask(get, `${base}/tdx/certification/v4/qe/identity`),
    ask(get, `${base}/sgx/certification/v4/pckcrl?ca=${authority}&encoding=der`),
    ask(get, base === INTEL ? INTEL_ROOT_CRL : `${base}/sgx/certification/v4/rootcacrl`),
  ]);
  return {
    tcbInfo: signedText(tcbInfo, "tcbInfo", "tcb-info-issuer-chain"),
    qeIdentity: signedText(qeIdentity, "enclaveIdentity", "sgx-enclave-identity-issuer-chain"),
    pckRevocations: derOf(pckRevocations.body),
    rootRevocations: derOf(rootRevocations.body),
  };
}

async function ask(get: HttpGet, url: string): Promise<HttpAnswer> {
  let answer: HttpAnswer;
  try {
    answer = await get(url);
  } catch (error) {
    throw new TdxError("collateral", `${url}: ${(error as Error).message}`, { cause: error });
  }
  if (answer.status === 200 && answer.body.length <= ANSWER_MAX_BYTES) return answer;
  throw new TdxError("collateral", `${url}: ${answer.status === 200 ? "a huge answer" : `status ${answer.status}`}`);
}

function signedText(answer: HttpAnswer, member: string, chainHeader: string): SignedText {
  const json = new TextDecoder().decode(answer.body);
  const signature = /"signature"\s*:\s*"([0-9a-fA-F]{128})"/.exec(json)?.[1];
  const issuerChain = unescaped(answer.header(chainHeader) ?? "%");
  if (signature === undefined || issuerChain === undefined) {
    throw new TdxError("collateral", `the server gave ${member} without its signature and who made that`);
  }
  return { text: memberText(json, member), signature, issuerChain };
}

/** Nothing for what no URL may hold. */
function unescaped(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Some servers give lists in hexadecimal digits: DER begins with the byte 0x30, its digits with the byte of "3". */
function derOf(body: Uint8Array): Uint8Array {
  return body[0] === 0x30 ? body : (fromHex(new TextDecoder().decode(body).trim().toLowerCase()) ?? body);
}
