// The rules of typescript-eslint that need types, for the extension's sources.

import tseslint from "typescript-eslint";

export default tseslint.config({
  files: ["src/**/*.ts"],
  extends: [tseslint.configs.recommendedTypeChecked],
  languageOptions: { parserOptions: { project: "lint/tsconfig.json", tsconfigRootDir: import.meta.dirname + "/.." } },
  linterOptions: { reportUnusedDisableDirectives: "error" },
  rules: {
    "@typescript-eslint/no-unnecessary-type-assertion": "off", // finds one without which the compiler fails
    "@typescript-eslint/no-unsafe-argument": "off", // VS Code's API hands out `any`: packageJSON,
    "@typescript-eslint/no-unsafe-member-access": "off", // the same,
    "@typescript-eslint/no-unsafe-return": "off", // and what other extensions and middleware return
  },
});
