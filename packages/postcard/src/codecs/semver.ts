import type { Codec } from "../codec.js";
import { wrongType } from "../errors.js";
import { checkSemver, compareSemver, semverParts } from "../values/semver.js";
import { string } from "./text.js";
import { transform } from "./transform.js";

/** `semver::Version`: a string that is a version by semver 2.0, checked on encode and on decode. */
export const semver: Codec<string> = transform(string, {
  to: checkSemver,
  from: (value) => {
    if (typeof value !== "string") throw wrongType("a string", value);
    return checkSemver(value);
  },
  compare: compareSemver,
  hash: (stream, value) => {
    const { numbers, pre, build } = semverParts(value);
    for (const number of numbers) stream.integer(number, 8);
    stream.text(pre);
    stream.text(build);
  },
  rustName: "semver::Version",
});
