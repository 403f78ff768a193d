import { serve } from "../harness/role.js";
import { libraries, type LibraryName } from "./libraries.js";
import { readings, type Library, type Reading } from "./reading.js";

let library: Library;
let encodings: readonly Uint8Array[] = [];
let sizes: readonly number[] = [];

const commands = {
  async open(name: LibraryName): Promise<void> {
    library = await libraries[name]();
    encodings = readings.map((reading) => library.bytes(reading));
    sizes = encodings.map((bytes) => bytes.length);
  },
  encode(count: number): void {
    for (let i = 0; i < count; i++) {
      const index = i % readings.length;
      if (library.encode(readings[index]!) !== sizes[index]) throw new Error(`reading ${index} has another size`);
    }
  },
  decode(count: number): void {
    for (let i = 0; i < count; i++) {
      const index = i % readings.length;
      if (!isRight(library.decode(encodings[index]!), readings[index]!)) throw new Error(`reading ${index} is wrong`);
    }
  },
};
export type CodecRole = typeof commands;
serve(commands);

function isRight({ sensor, celsius, at }: Reading, expected: Reading): boolean {
  return at === expected.at && celsius === expected.celsius && sensor.length === expected.sensor.length;
}
