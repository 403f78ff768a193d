import { describe, expect, it } from "vitest";
import { formatAddress, parseAddress, parseAddressText } from "../../src/network/index.js";

const id = "4a".repeat(32);

describe("the text of an address", () => {
  it("holds the id and all places", () => {
    const address = parseAddress({ id, directAddrs: ["[::1]:80", "192.0.2.7:4433"], relayUrls: ["http://relay.test"] });
    const text = formatAddress(address);
    expect(text).toBe(`${id}@192.0.2.7:4433,[::1]:80,http://relay.test/`);
    expect(parseAddressText(text)).toEqual(address);
  });

  it("is the id alone where there is no place", () => {
    expect(parseAddressText(id)).toEqual(parseAddress({ id }));
    expect(formatAddress(parseAddress({ id }))).toBe(id);
  });

  it.each([
    ["nobody", "not a peer id"],
    [`${id}@`, "socket address"],
    [`${id}@host:80`, "socket address"],
    [`${id}@192.0.2.7:4433,`, "socket address"],
    [`xx@192.0.2.7:4433`, "not a peer id"],
  ])("refuses %s", (text, problem) => {
    expect(() => parseAddressText(text)).toThrow(problem);
  });
});
