import type { Codec } from "./codec.js";
import type { Shape } from "./shape.js";

/** How many codecs stand within each other, at most, down to the next `t.lazy`: as many calls deep is a value of it read. */
export function heightOf(codec: Codec<unknown>, known = new Map<Codec<unknown>, number>()): number {
  let height = known.get(codec);
  if (height === undefined) {
    height = 1 + partsOf(codec.shape).reduce((most, part) => Math.max(most, heightOf(part, known)), 0);
    known.set(codec, height);
  }
  return height;
}

function partsOf(shape: Shape): readonly Codec<unknown>[] {
  switch (shape.kind) {
    case "option":
    case "transparent":
    case "transform":
    case "refined":
    case "encoded":
      return [shape.inner];
    case "sequence":
    case "set":
    case "array":
      return [shape.item];
    case "map":
      return [shape.key, shape.value];
    case "tuple":
      return shape.items;
    case "struct":
      return shape.fields.map(({ codec }) => codec);
    case "enum":
      return shape.variants.map(({ codec }) => codec);
    default:
      return [];
  }
}
