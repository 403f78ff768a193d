import tseslint from "typescript-eslint";

const impureGlobals = [
  "Date",
  "performance",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "clearTimeout",
  "clearInterval",
  "clearImmediate",
  "FinalizationRegistry",
  "process",
  "Buffer",
];
const impureProperties = [
  ["Math", "random"],
  ["process", "nextTick"],
  ["AbortSignal", "timeout"],
  ["AbortSignal", "any"],
  ["crypto", "subtle"],
  ["crypto", "getRandomValues"],
  ["crypto", "randomUUID"],
];
const purity = "only src/runtime and *.node.ts touch the world (DESIGN §2): take it from the Runtime";

export default tseslint.config(
  { ignores: ["**/dist/**", "**/node_modules/**", "**/target/**", "coverage/**"] },
  ...tseslint.configs.recommendedTypeChecked.map((config) => ({ ...config, files: ["**/*.ts"] })),
  {
    files: ["**/*.ts"],
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["vitest.config.ts"] } } },
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-unused-expressions": "error",
      "@typescript-eslint/prefer-promise-reject-errors": ["error", { allowThrowingUnknown: true }],
      "no-restricted-syntax": ["error", { selector: "ExportDefaultDeclaration", message: "no default exports" }],
      eqeqeq: "error",
    },
  },
  {
    files: ["vitest.config.ts"],
    rules: { "no-restricted-syntax": "off" },
  },
  {
    files: ["packages/mosaik/src/**/*.ts", "packages/postcard/src/**/*.ts"],
    // Exporters and trusted execution are at the edge: their index hands out what serves them.
    ignores: ["packages/mosaik/src/runtime/**", "packages/mosaik/src/{prometheus,tee}/index.ts", "**/*.node.ts"],
    rules: {
      "no-restricted-globals": ["error", ...impureGlobals.map((name) => ({ name, message: purity }))],
      "no-restricted-properties": [
        "error",
        ...impureProperties.map(([object, property]) => ({ object, property, message: purity })),
      ],
      "no-restricted-imports": ["error", { patterns: [{ group: ["node:*", "*.node.js"], message: purity }] }],
    },
  },
);
