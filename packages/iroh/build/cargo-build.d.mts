export class ToolchainMissing extends Error {}
export class BuildFailed extends Error {}
export function cargoBuild(options: {
  name: string;
  crateDir: string;
  artifact: string;
  destination: string;
  minutes: number;
  target?: string;
  generated?: { variable: string; dir: string };
}): Promise<"present" | "cached" | "built">;
