import { describe, expect, it } from "vitest";
import { AddressBook } from "../../src/network/address-book.js";
import { parseAddress, RelayPolicy } from "../../src/network/index.js";
import { PeerId } from "../../src/primitives/index.js";

const id = PeerId.from("ae58ff8833241ac82d6ff7611046ed67b5072d142c588d0063e942d9a75502b6");
const relays = new RelayPolicy({ urls: ["https://ours.example"] }, false);
const at = (...directAddrs: string[]) => parseAddress({ id, directAddrs });

describe("AddressBook", () => {
  it("knows what the program gave beside what the peer's newest entry says, each once", () => {
    const book = new AddressBook(relays);
    const texts = (): unknown[] => book.get(id).addrs.map(({ value }) => value);
    expect(texts()).toEqual([]);
    book.add(at("127.0.0.1:1"));
    expect(texts()).toEqual(["127.0.0.1:1"]);
    book.advertise(at("127.0.0.1:2", "127.0.0.1:1"));
    expect(texts()).toEqual(["127.0.0.1:1", "127.0.0.1:2"]);
    book.advertise(at("127.0.0.1:3"));
    expect(texts()).toEqual(["127.0.0.1:1", "127.0.0.1:3"]);
    book.add(at("127.0.0.1:4"));
    expect(texts()).toEqual(["127.0.0.1:1", "127.0.0.1:3", "127.0.0.1:4"]);
    book.forget(id);
    expect(texts()).toEqual(["127.0.0.1:1", "127.0.0.1:4"]);
  });

  it("knows of the relays in a peer's entry only ours; the program may name any", () => {
    const book = new AddressBook(relays);
    const texts = (): unknown[] => book.get(id).addrs.map(({ value }) => value);
    book.advertise(parseAddress({ id, relayUrls: ["https://ours.example", "https://theirs.example"] }));
    expect(texts()).toEqual(["https://ours.example/"]);
    book.add(parseAddress({ id, relayUrls: ["https://third.example"] }));
    expect(texts()).toEqual(["https://ours.example/", "https://third.example/"]);
  });

  it("keeps 32 of a peer that were given, the last ones, and the first 32 that it advertises", () => {
    const book = new AddressBook(relays);
    const many = Array.from({ length: 40 }, (_, i) => `127.0.0.1:${1000 + i}`);
    book.advertise(at(...many));
    expect(book.get(id).addrs.map(({ value }) => value)).toEqual(many.slice(0, 32));
    const other = new AddressBook(relays);
    for (const addr of many) other.add(at(addr));
    expect(other.get(id).addrs.map(({ value }) => value)).toEqual(many.slice(-32));
  });
});
