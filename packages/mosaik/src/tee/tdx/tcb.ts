import { equalBytes } from "../../primitives/index.js";
import { TdxError } from "./errors.js";
import type { JsonFields } from "./json-fields.js";
import type { Platform } from "./platform.js";
import type { EnclaveReport, TdReport } from "./quote.js";

/** By Intel's word (PCS API v4, `tcbStatus`). */
const STATUSES = [
  "UpToDate",
  "SWHardeningNeeded",
  "ConfigurationNeeded",
  "ConfigurationAndSWHardeningNeeded",
  "OutOfDate",
  "OutOfDateConfigurationNeeded",
  "Revoked",
] as const;

/**
 * How a platform's software stands, by Intel's word; and, of a TD that was started before the TDX module under it was renewed, that it should be started
 * again.
 */
export type TcbStatus = (typeof STATUSES)[number] | "TDRelaunchAdvised" | "TDRelaunchAdvisedConfigurationNeeded";

/** A level of what Intel knows, with what there is to know of it. */
export interface TcbLevel {
  readonly status: TcbStatus;
  /** Security advisories of Intel that concern it. */
  readonly advisoryIds: readonly string[];
}

const COMPONENTS = 16;

/**
 * How a platform and its TDX module stand (Intel DCAP quote verification; spec 07 §9, rows 8 to 10).
 *
 * @param tcbInfo that of the platform's family
 * @throws TdxError `collateral` where it is another family's; `policy` where no level is as old as this
 */
export function platformLevel(tcbInfo: JsonFields, platform: Platform, report: TdReport): TcbLevel {
  if (tcbInfo.text("id") !== "TDX" || tcbInfo.integer("version") !== 3)
    throw new TdxError("collateral", "a TCB info that is not of TDX, version 3");
  const of = { fmspc: tcbInfo.text("fmspc").toLowerCase(), pceId: tcbInfo.text("pceId").toLowerCase() };
  if (of.fmspc !== platform.fmspc || of.pceId !== platform.pceId) {
    throw new TdxError("collateral", `the TCB info is of ${of.fmspc}, the platform is a ${platform.fmspc}`);
  }
  const level = levelUnder(tcbInfo, platform, report, report.teeTcbSvn);
  if (report.teeTcbSvn2 === undefined || !isOld(level)) return level;
  const { status, advisoryIds } = levelUnder(tcbInfo, platform, report, report.teeTcbSvn2);
  if (isOld({ status, advisoryIds })) return level;
  return {
    ...level,
    status: needsConfiguration(status) ? "TDRelaunchAdvisedConfigurationNeeded" : "TDRelaunchAdvised",
  };
}

/** @param svn of the TDX module: that under which the TD was started, or that which runs now */
function levelUnder(tcbInfo: JsonFields, platform: Platform, report: TdReport, svn: Uint8Array): TcbLevel {
  const level = firstLevel(tcbInfo, "the platform", (tcb) => isAsNew(tcb, platform, svn));
  return worse(level, moduleLevel(tcbInfo, report, svn));
}

function isOld({ status }: TcbLevel): boolean {
  return status === "OutOfDate" || status === "OutOfDateConfigurationNeeded";
}

function needsConfiguration(status: TcbStatus): boolean {
  return status.startsWith("Configuration") || status.endsWith("ConfigurationNeeded");
}

/**
 * How the enclave that made a quote stands (spec 07 §9, row 11).
 *
 * @throws TdxError `untrusted` for one that is not Intel's; `policy` where no level is as old
 */
export function enclaveLevel(identity: JsonFields, enclave: EnclaveReport): TcbLevel {
  if (identity.text("id") !== "TD_QE" || identity.integer("version") !== 2) {
    throw new TdxError("collateral", "an identity that is not of a quoting enclave for TDs, version 2");
  }
  const miscSelect = new Uint8Array(4);
  new DataView(miscSelect.buffer).setUint32(0, enclave.miscSelect, true);
  const isIntels =
    equalBytes(enclave.mrSigner, identity.bytes("mrsigner", 32)) &&
    enclave.isvProdId === identity.integer("isvprodid") &&
    isMasked(miscSelect, identity.bytes("miscselect", 4), identity.bytes("miscselectMask", 4)) &&
    isMasked(enclave.attributes, identity.bytes("attributes", 16), identity.bytes("attributesMask", 16));
  if (!isIntels) throw new TdxError("untrusted", "the enclave that made the quote is not Intel's quoting enclave");
  return firstLevel(identity, "the quoting enclave", (tcb) => tcb.integer("isvsvn") <= enclave.isvSvn);
}

/** Both taken together: an old part makes the whole old. */
export function worse(level: TcbLevel, part: TcbLevel): TcbLevel {
  const advisoryIds = [...new Set([...level.advisoryIds, ...part.advisoryIds])];
  return { status: worseStatus(level.status, part.status), advisoryIds };
}

function worseStatus(status: TcbStatus, part: TcbStatus): TcbStatus {
  if (status === "Revoked" || part === "Revoked") return "Revoked";
  if (part !== "OutOfDate") return status;
  return needsConfiguration(status) ? "OutOfDateConfigurationNeeded" : "OutOfDate";
}

/** The module that runs TDs: an identity of its own version where there is one, else the first that there was. */
function moduleLevel(tcbInfo: JsonFields, { mrSignerSeam, seamAttributes }: TdReport, tcbSvn: Uint8Array): TcbLevel {
  const [svn, version] = [tcbSvn[0]!, tcbSvn[1]!];
  const id = `TDX_${version.toString(16).padStart(2, "0")}`;
  const identity =
    version === 0
      ? tcbInfo.object("tdxModule")
      : tcbInfo.objects("tdxModuleIdentities").find((one) => one.text("id").toLowerCase() === id.toLowerCase());
  if (identity === undefined) throw new TdxError("untrusted", `Intel knows no TDX module ${id}`);
  const isIntels =
    equalBytes(mrSignerSeam, identity.bytes("mrsigner", 48)) &&
    isMasked(seamAttributes, identity.bytes("attributes", 8), identity.bytes("attributesMask", 8));
  if (!isIntels) throw new TdxError("untrusted", "the TDX module is not Intel's");
  if (version === 0) return { status: "UpToDate", advisoryIds: [] };
  return firstLevel(identity, `TDX module ${id}`, (tcb) => tcb.integer("isvsvn") <= svn);
}

function isAsNew(tcb: JsonFields, { componentSvns, pceSvn }: Platform, teeTcbSvn: Uint8Array): boolean {
  const svns = (name: string): number[] => {
    const list = tcb.objects(name).map((component) => component.integer("svn"));
    if (list.length !== COMPONENTS) throw new TdxError("collateral", `${name} of a level are not ${COMPONENTS}`);
    return list;
  };
  // A module of a version of its own is judged by its identity.
  const from = teeTcbSvn[1]! > 0 ? 2 : 0;
  return (
    svns("sgxtcbcomponents").every((svn, i) => svn <= componentSvns[i]!) &&
    tcb.integer("pcesvn") <= pceSvn &&
    svns("tdxtcbcomponents").every((svn, i) => i < from || svn <= teeTcbSvn[i]!)
  );
}

/** The newest level that is no newer than what there is. Levels come from the newest on. */
function firstLevel(info: JsonFields, what: string, isAsOld: (tcb: JsonFields) => boolean): TcbLevel {
  const level = info.objects("tcbLevels").find((one) => isAsOld(one.object("tcb")));
  if (level === undefined) throw new TdxError("policy", `${what} is older than all that Intel knows`);
  const status = level.text("tcbStatus");
  if (!(STATUSES as readonly string[]).includes(status))
    throw new TdxError("collateral", `a status ${status} that is not known`);
  return { status: status as TcbStatus, advisoryIds: level.has("advisoryIDs") ? level.texts("advisoryIDs") : [] };
}

function isMasked(value: Uint8Array, wanted: Uint8Array, mask: Uint8Array): boolean {
  return value.every((byte, i) => (byte & mask[i]!) === (wanted[i]! & mask[i]!));
}
