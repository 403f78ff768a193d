import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toHex } from "../../src/primitives/index.js";
import {
  collateralJson,
  openCollateral,
  parseCollateral,
  TdxError,
  type Collateral,
  type CollateralOptions,
} from "../../src/tee/index.js";
import { AHEAD_MS, CollateralCache, RETRY_MS } from "../../src/tee/tdx/collateral-cache.js";
import { ANSWER_MAX_BYTES, fetchCollateral, type HttpGet } from "../../src/tee/tdx/pccs.js";
import { FMSPC, makeWorld, NOW_MS, type World } from "./authority.js";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Valid for as long as anybody runs these tests: real clocks are asked here, too. */
const LONG = { notBeforeMs: Date.parse("2020-01-01T00:00:00Z"), notAfterMs: Date.parse("2049-12-31T00:00:00Z") };
const lasting: World = {
  root: LONG,
  signer: LONG,
  platformCa: LONG,
  tcbInfo: { issueDate: "2020-01-01T00:00:00Z", nextUpdate: "2049-12-31T00:00:00Z" },
  identity: { issueDate: "2020-01-01T00:00:00Z", nextUpdate: "2049-12-31T00:00:00Z" },
  revocations: { thisUpdateMs: LONG.notBeforeMs, nextUpdateMs: LONG.notAfterMs },
};

/** What a server that speaks version 4 of Intel's PCS answers, by its path. */
function answersOf({ tcbInfo, qeIdentity, rootRevocations, pckRevocations }: Collateral): Map<string, Answer> {
  const signed = (member: string, { text, signature }: Collateral["tcbInfo"]): string =>
    `{"${member}":${text},"signature":"${signature}"}`;
  return new Map<string, Answer>([
    [
      `/tdx/certification/v4/tcb?fmspc=${FMSPC}`,
      {
        body: signed("tcbInfo", tcbInfo),
        headers: { "TCB-Info-Issuer-Chain": encodeURIComponent(tcbInfo.issuerChain) },
      },
    ],
    [
      "/tdx/certification/v4/qe/identity",
      {
        body: signed("enclaveIdentity", qeIdentity),
        headers: { "SGX-Enclave-Identity-Issuer-Chain": encodeURIComponent(qeIdentity.issuerChain) },
      },
    ],
    ["/sgx/certification/v4/pckcrl?ca=platform&encoding=der", { body: pckRevocations }],
    // As PCCS gives it: in hexadecimal digits.
    ["/sgx/certification/v4/rootcacrl", { body: toHex(rootRevocations) }],
  ]);
}

interface Answer {
  readonly body: string | Uint8Array;
  readonly headers?: Record<string, string>;
  readonly status?: number;
}

describe("collateral in a file", () => {
  const { collateral } = makeWorld();

  it("comes back as it was", () => {
    expect(parseCollateral(collateralJson(collateral))).toEqual(collateral);
  });

  it.each([
    ["no JSON", "{", "a file of collateral that is no JSON"],
    ["a list", "[]", "the collateral is not an object"],
    ["nothing in it", "{}", "tcb_info of the collateral is not a text"],
    [
      "a list of revocations that is none",
      collateralJson(collateral).replace(/"pck_crl": "../, '"pck_crl": "zz'),
      "pck_crl of the collateral is not in hexadecimal digits",
    ],
  ])("is refused with %s", (_, json, reason) => {
    expect(() => parseCollateral(json)).toThrow(new TdxError("collateral", reason));
  });
});

describe("a cache of collateral", () => {
  const made = makeWorld();
  let errors: string[];
  let asked: string[];
  let saved: string[];
  let answer: () => Promise<Collateral>;
  let cache: CollateralCache;

  beforeEach(() => {
    [errors, asked, saved] = [[], [], []];
    answer = () => Promise.resolve(made.collateral);
    cache = new CollateralCache(
      {
        fetch: (fmspc, authority) => {
          asked.push(`${fmspc} ${authority}`);
          return answer();
        },
        save: (fmspc, authority) => {
          saved.push(`${fmspc} ${authority}`);
          return Promise.resolve();
        },
      },
      { root: made.root, refreshMs: 10 * HOUR_MS, onError: ({ message }) => errors.push(message) },
    );
  });

  const current = (nowMs = NOW_MS): Collateral | undefined => cache.current(FMSPC, "platform", nowMs);
  /** Lets what was begun beside the validator come to its end. */
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it("answers at once, and has it from then on", async () => {
    expect(current()).toBeUndefined();
    expect(current()).toBeUndefined();
    await settle();
    expect(current()).toBe(made.collateral);
    expect([asked, saved, errors]).toEqual([[`${FMSPC} platform`], [`${FMSPC} platform`], []]);
  });

  it("is filled before anybody asks", async () => {
    await Promise.all([cache.prefetch(FMSPC, "platform", NOW_MS), cache.prefetch(FMSPC, "platform", NOW_MS)]);
    expect(asked).toHaveLength(1);
    expect(current()).toBe(made.collateral);
  });

  it("asks again when it is old, and serves what it has meanwhile", async () => {
    // It ends a day from now: that is near, and the server was asked just now.
    await cache.prefetch(FMSPC, "platform", NOW_MS - HOUR_MS / 2);
    expect(current(NOW_MS)).toBe(made.collateral);
    expect(asked).toHaveLength(1);
    const newer = makeWorld({ tcbInfo: { nextUpdate: new Date(NOW_MS + 2 * DAY_MS).toISOString() } }).collateral;
    answer = () => Promise.resolve(newer);
    expect(current(NOW_MS + DAY_MS - AHEAD_MS + HOUR_MS)).toBe(made.collateral);
    await settle();
    expect(current(NOW_MS + HOUR_MS)).toBe(newer);
  });

  it("asks again after refreshMs, and where the clock was set back", async () => {
    const far = makeWorld({
      ...lasting,
      root: LONG,
    });
    const lastingCache = new CollateralCache(
      { fetch: () => (asked.push("once"), Promise.resolve(far.collateral)) },
      { root: far.root, refreshMs: 10 * HOUR_MS, onError: ({ message }) => errors.push(message) },
    );
    await lastingCache.prefetch(FMSPC, "platform", NOW_MS);
    for (const [nowMs, times] of [
      [NOW_MS + 9 * HOUR_MS, 1],
      [NOW_MS + 11 * HOUR_MS, 2],
      [NOW_MS + 12 * HOUR_MS, 2],
      [NOW_MS, 3],
    ] as const) {
      expect(lastingCache.current(FMSPC, "platform", nowMs)).toBe(far.collateral);
      await settle();
      expect([asked.length, errors]).toEqual([times, []]);
    }
  });

  it("keeps what it has while the server fails, and does not press it", async () => {
    await cache.prefetch(FMSPC, "platform", NOW_MS);
    answer = () => Promise.reject(new TdxError("collateral", "nobody answers"));
    const laterMs = NOW_MS + 11 * HOUR_MS;
    for (const nowMs of [laterMs, laterMs + 1000, laterMs + RETRY_MS + 1]) {
      expect(current(nowMs)).toBe(made.collateral);
      await settle();
    }
    expect(errors).toEqual(["nobody answers", "nobody answers"]);
    expect(asked).toHaveLength(3);
  });

  it.each([
    ["signed by nobody", () => makeWorld({ signer: { commonName: "Somebody" } }).collateral, /signed by Somebody/],
    ["of another root", () => makeWorld({ root: { serial: 99 } }).collateral, /is not the root that is trusted/],
    ["out of date", () => makeWorld({ revocations: { nextUpdateMs: NOW_MS - 1 } }).collateral, /is out of date/],
    ["signed by one that was revoked", () => makeWorld({ revokedByRoot: [4] }).collateral, /was revoked/],
    ["of another family", () => makeWorld({ tcbInfo: { fmspc: "00806f050000" } }).collateral, /00806f050000, not on/],
    ["no certificates", () => ({ ...made.collateral, pckRevocations: new Uint8Array(3) }), /./],
  ] as const)("does not keep what is %s", async (_, given, reason) => {
    answer = () => Promise.resolve(given());
    await expect(cache.prefetch(FMSPC, "platform", NOW_MS)).rejects.toThrow(reason);
    expect([current(NOW_MS + 1), saved]).toEqual([undefined, []]);
  });

  it("says what a cache without a server cannot do", async () => {
    const files = new CollateralCache({}, { root: made.root, refreshMs: DAY_MS, onError: () => {} });
    await expect(files.prefetch(FMSPC, "platform", NOW_MS)).rejects.toThrow("there is no server to ask");
    files.add(made.collateral, "platform", NOW_MS);
    expect(files.current(FMSPC, "platform", NOW_MS)).toBe(made.collateral);
    expect(files.current(FMSPC, "processor", NOW_MS)).toBeUndefined();
    expect(() => files.add(made.collateral, "platform", NOW_MS + 3 * DAY_MS)).toThrow(/out of date/);
  });
});

describe("a server of collateral", () => {
  const { collateral } = makeWorld();
  const getOf =
    (answers: ReadonlyMap<string, Answer>): HttpGet =>
    (url) => {
      const answer = answers.get(url.replace("https://pccs", ""));
      if (answer === undefined) return Promise.reject(new Error("connection refused"));
      const headers = new Map(Object.entries(answer.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
      const body = typeof answer.body === "string" ? new TextEncoder().encode(answer.body) : answer.body;
      return Promise.resolve({ status: answer.status ?? 200, body, header: (name) => headers.get(name) });
    };
  const change = (path: string, answer: Partial<Answer>): Map<string, Answer> => {
    const answers = answersOf(collateral);
    const key = [...answers.keys()].find((one) => one.includes(path))!;
    return answers.set(key, { ...answers.get(key)!, ...answer });
  };

  it("gives all that there is", async () => {
    expect(await fetchCollateral(getOf(answersOf(collateral)), "https://pccs", FMSPC, "platform")).toEqual(collateral);
  });

  it.each([
    [
      "does not know",
      change("tcb", { status: 404 }),
      `https://pccs/tdx/certification/v4/tcb?fmspc=${FMSPC}: status 404`,
    ],
    ["does not answer", new Map(), "connection refused"],
    ["sends too much", change("pckcrl", { body: new Uint8Array(ANSWER_MAX_BYTES + 1) }), "a huge answer"],
    ["does not sign", change("tcb", { body: '{"tcbInfo":{}}' }), "tcbInfo without its signature"],
    ["does not say who signed", change("identity", { headers: {} }), "enclaveIdentity without its signature"],
    [
      "sends something else",
      change("tcb", { body: `{"signature":"${"0".repeat(128)}"}` }),
      "there is no tcbInfo in what the server said",
    ],
    [
      "breaks off",
      change("tcb", { body: `{"signature":"${"0".repeat(128)}","tcbInfo":{"a":"}"` }),
      "tcbInfo does not end",
    ],
    [
      "sends a chain that cannot be read",
      change("tcb", { headers: { "TCB-Info-Issuer-Chain": "%zz" } }),
      "tcbInfo without its signature",
    ],
  ])("that %s makes an error that names it", async (_, answers, reason) => {
    const fetching = fetchCollateral(getOf(answers), "https://pccs", FMSPC, "platform");
    await expect(fetching).rejects.toMatchObject({
      name: "TdxError",
      code: "collateral",
      message: expect.stringContaining(reason) as string,
    });
  });

  it("is Intel's, which has the root's list elsewhere", async () => {
    const urls: string[] = [];
    const get: HttpGet = (url) => (urls.push(url), Promise.reject(new Error("not here")));
    await expect(fetchCollateral(get, "https://api.trustedservices.intel.com", FMSPC, "processor")).rejects.toThrow(
      "not here",
    );
    expect(urls).toContain("https://certificates.trustedservices.intel.com/IntelSGXRootCA.der");
    expect(urls).toContain(
      "https://api.trustedservices.intel.com/sgx/certification/v4/pckcrl?ca=processor&encoding=der",
    );
  });
});

describe("openCollateral", () => {
  const made = makeWorld(lasting);
  let directory: string;
  let server: Server;
  let requests: string[];
  let answers: Map<string, Answer>;
  let options: CollateralOptions;
  let errors: string[];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "mosaik-collateral-"));
    [requests, errors, answers] = [[], [], answersOf(made.collateral)];
    server = createServer((request, response) => {
      requests.push(request.url!);
      const { status = 200, headers = {}, body } = answers.get(request.url!) ?? { status: 404, body: "" };
      response.writeHead(status, headers).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    options = {
      server: `http://127.0.0.1:${port}/`,
      root: made.root,
      onError: ({ message }) => errors.push(message),
    };
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(directory, { recursive: true });
  });

  const FILE = `${FMSPC}-platform.json`;

  it("asks a server, keeps what it gave in a folder, and has it after the next start without the server", async () => {
    const folder = join(directory, "made", "on", "the", "way");
    const opened = await openCollateral({ ...options, directory: folder });
    await opened.prefetch(FMSPC.toUpperCase());
    expect(requests).toHaveLength(4);
    expect(opened.current(FMSPC, "platform", Date.now())).toEqual(made.collateral);
    expect(await readdir(folder)).toEqual([FILE]);
    expect(await readFile(join(folder, FILE), "utf8")).toBe(collateralJson(made.collateral));
    const again = await openCollateral({ directory: folder, root: made.root });
    expect(again.current(FMSPC, "platform", Date.now())).toEqual(made.collateral);
    expect(requests).toHaveLength(4);
  });

  it("passes over files that are not of it, and tells of those that are no good", async () => {
    await writeFile(join(directory, "README"), "not collateral");
    await writeFile(join(directory, FILE), "{}");
    await writeFile(join(directory, "00806f050000-processor.json"), collateralJson(makeWorld().collateral));
    const opened = await openCollateral({ directory, root: made.root, onError: options.onError! });
    expect(errors).toHaveLength(2);
    expect(errors).toContainEqual(expect.stringContaining(`${FILE}: tcb_info of the collateral is not a text`));
    expect(opened.current(FMSPC, "platform", Date.now())).toBeUndefined();
  });

  it("tells of a server that fails while a validator asks", async () => {
    answers.clear();
    const told = new Promise<TdxError>((onError) => {
      void openCollateral({ ...options, onError }).then((opened) => opened.current(FMSPC, "platform", Date.now()));
    });
    expect((await told).message).toContain("status 404");
  });

  it("reads no more of an answer than may be used", async () => {
    answers.set("/sgx/certification/v4/rootcacrl", { body: Buffer.alloc(3 * ANSWER_MAX_BYTES) });
    const opened = await openCollateral(options);
    await expect(opened.prefetch(FMSPC)).rejects.toThrow("a huge answer");
  });

  it.each([
    [{}, "collateral comes from a server, or from a directory"],
    [{ server: "pccs:8081" }, "a server of collateral is an http or https URL, not pccs:8081"],
    [{ server: "nowhere" }, "a server of collateral is an http or https URL, not nowhere"],
    [{ server: "https://pccs", refreshMs: 0 }, "refreshMs is a number of ms above 0, not 0"],
  ])("refuses %j", async (given, reason) => {
    await expect(openCollateral(given)).rejects.toMatchObject({
      code: "invalidOption",
      message: expect.stringContaining(reason) as string,
    });
  });

  it("refuses a family that is none, and a folder that cannot be made", async () => {
    const opened = await openCollateral(options);
    await expect(opened.prefetch("b0c06f")).rejects.toMatchObject({ code: "invalidOption" });
    await writeFile(join(directory, "file"), "");
    await expect(openCollateral({ directory: join(directory, "file", "in") })).rejects.toMatchObject({
      code: "collateral",
    });
  });
});
