// What `make lint` asks of the JavaScript: no unknown or unused names, and one way to write things.

import js from "@eslint/js";
import globals from "globals";

const INSERTS_MARKUP = "Text from people or files goes in by textContent.";

export default [
  { ignores: [".venv/", "runs/"] },
  js.configs.recommended,
  {
    files: ["cnnviz/components/**/*.js"],
    languageOptions: { globals: globals.browser },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "no-restricted-properties": [
        "error",
        ...["innerHTML", "outerHTML", "insertAdjacentHTML", "write", "writeln"].map((property) => ({
          ...(property.startsWith("write") ? { object: "document" } : {}), property, message: INSERTS_MARKUP,
        })),
      ],
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
      "object-shorthand": "error",
      "no-shadow": ["error", { builtinGlobals: false }],
      "no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "no-restricted-syntax": [
        "error",
        { selector: "Literal[value=/^(https?:)?\\u002f\\u002f(?!www.w3.org)/]", message: "Pages load nothing from elsewhere." },
        // cnnviz/components/sources.py leaves out the spaces at the beginning of lines.
        { selector: "TemplateElement[value.raw=/\\n/]", message: "A text that goes over several lines would lose its indentation." },
      ],
    },
  },
  {
    files: ["tests/js/**/*.js", "*.config.js"],
    languageOptions: { globals: globals.node },
  },
];
