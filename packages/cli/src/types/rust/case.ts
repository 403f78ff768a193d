/** The names that serde's `rename_all` makes of Rust's. */
type Rule = (words: readonly string[]) => string;

const RULES: Readonly<Record<string, Rule>> = {
  lowercase: (words) => words.join("").toLowerCase(),
  UPPERCASE: (words) => words.join("").toUpperCase(),
  PascalCase: (words) => words.map(capital).join(""),
  camelCase: (words) => words.map((word, i) => (i === 0 ? word : capital(word))).join(""),
  snake_case: (words) => words.join("_"),
  SCREAMING_SNAKE_CASE: (words) => words.join("_").toUpperCase(),
  "kebab-case": (words) => words.join("-"),
  "SCREAMING-KEBAB-CASE": (words) => words.join("-").toUpperCase(),
};

/** Whether serde knows the rule. */
export function isRule(rule: string): boolean {
  return Object.hasOwn(RULES, rule);
}

/** The name of a field by a rule; of fields serde takes `lowercase` and `snake_case` for what they are already. */
export function renameField(name: string, rule: string): string {
  if (rule === "lowercase" || rule === "snake_case") return name;
  if (rule === "UPPERCASE") return name.toUpperCase();
  return RULES[rule]!(name.split("_").filter((word) => word !== ""));
}

/** The name of a variant by a rule. */
export function renameVariant(name: string, rule: string): string {
  if (rule === "PascalCase") return name;
  if (rule === "lowercase") return name.toLowerCase();
  if (rule === "UPPERCASE") return name.toUpperCase();
  if (rule === "camelCase") return name.slice(0, 1).toLowerCase() + name.slice(1);
  return RULES[rule]!(snake(name).split("_"));
}

/** `SensorReading` as `sensor_reading`, by serde's rule: every capital begins a word. */
export function snake(name: string): string {
  return name.replace(/\p{Lu}/gu, (letter, at: number) => (at > 0 ? "_" : "") + letter.toLowerCase());
}

/** `sensor_reading`, `sensor-reading` or `sensorReading` as `SensorReading`. */
export function pascal(name: string): string {
  return name
    .split(/[^\p{ID_Continue}]|_/u)
    .filter((word) => word !== "")
    .map(capital)
    .join("");
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
