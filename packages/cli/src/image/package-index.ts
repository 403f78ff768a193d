import { CliError, EXIT } from "../exit.js";

/** A package as an index of a distribution lists it. */
export interface IndexedPackage {
  readonly name: string;
  readonly version: string;
  /** Relative to the repository. */
  readonly file: string;
  /** Where the index says it. */
  readonly sha256: string | undefined;
  /** What it needs: of each list any one. */
  readonly needs: readonly (readonly string[])[];
  /** What it is as well. */
  readonly provides: readonly string[];
}

/** The packages of an index of Debian or Ubuntu (`Packages`, deb822(5)). Of a name that is listed twice the first counts. */
export function parseDebianIndex(text: string): IndexedPackage[] {
  return text.split(/\n\n+/).flatMap((stanza) => {
    const field = (name: string): string => new RegExp(`^${name}: (.*)$`, "m").exec(stanza)?.[1] ?? "";
    const [name, file] = [field("Package"), field("Filename")];
    if (name === "" || file === "") return [];
    const relations = [field("Pre-Depends"), field("Depends")].filter((one) => one !== "").join(", ");
    const sha256 = field("SHA256") || undefined;
    const needs = namesIn(relations).map((alternatives) => alternatives.split("|").map(nameOnly));
    return [
      { name, version: field("Version"), file, sha256, needs, provides: namesIn(field("Provides")).map(nameOnly) },
    ];
  });
}

/** The packages of an index of Alpine (`APKINDEX`, apk-index(5)). */
export function parseAlpineIndex(text: string, repository: string): IndexedPackage[] {
  return text.split(/\n\n+/).flatMap((stanza) => {
    const field = (letter: string): string => new RegExp(`^${letter}:(.*)$`, "m").exec(stanza)?.[1] ?? "";
    const [name, version] = [field("P"), field("V")];
    if (name === "") return [];
    const words = (letter: string): string[] =>
      field(letter)
        .split(" ")
        .filter((word) => word !== "" && !word.startsWith("!"))
        .map((word) => word.replace(/[<>=~].*$/, ""));
    const file = `${repository}${name}-${version}.apk`;
    return [{ name, version, file, sha256: undefined, needs: words("D").map((one) => [one]), provides: words("p") }];
  });
}

/**
 * Packages with all that they need, in the order of their names.
 *
 * @param present what is there already, by names of packages and of what they provide
 * @throws CliError for what no package of the index is
 */
export function closureOf(
  index: readonly IndexedPackage[],
  roots: readonly string[],
  present: (name: string) => boolean = () => false,
): IndexedPackage[] {
  const byName = new Map<string, IndexedPackage>();
  for (const one of index) for (const name of one.provides) if (!byName.has(name)) byName.set(name, one);
  for (const one of [...index].reverse()) byName.set(one.name, one);
  const chosen = new Map<string, IndexedPackage>();
  const choose = (alternatives: readonly string[], neededBy: string): void => {
    if (alternatives.some((name) => present(name) || chosen.has(byName.get(name)?.name ?? ""))) return;
    const found = alternatives.map((name) => byName.get(name)).find((one) => one !== undefined);
    if (found === undefined) {
      throw new CliError(EXIT.failed, `there is no package ${alternatives.join(" or ")}, which ${neededBy} needs`);
    }
    chosen.set(found.name, found);
    for (const need of found.needs) choose(need, found.name);
  };
  for (const root of roots) choose([root], "the image");
  return [...chosen.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function namesIn(relations: string): string[] {
  return relations
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
}

/** Without its versions and architectures. */
function nameOnly(relation: string): string {
  return relation.trim().replace(/[\s(:[].*$/, "");
}
