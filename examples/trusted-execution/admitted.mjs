// Who is admitted: guests that run the image of a manifest, on genuine hardware.
import { readFile } from "node:fs/promises";
import { openCollateral, tdx } from "mosaik/tee";

/** @param manifest the file that `mosaik tdx build` wrote beside the image */
export async function admitted(manifest, server = process.env.PCCS) {
  const { measurements } = JSON.parse(await readFile(manifest, "utf8"));
  const { mrtd, rtmr1, rtmr2 } = measurements;
  return tdx({
    measurements: { rtmr1, rtmr2 },
    // By the host's kernel and QEMU: one of both is right.
    variants: [{ mrtd: mrtd.qemu8 }, { mrtd: mrtd.qemu9 }],
    ...(server && { collateral: await openCollateral({ server }) }),
  });
}
