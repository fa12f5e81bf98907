// Bundles the connector into one script; Apps Script calls functions of the script's own top level by name.
import { defineConfig } from "vitest/config";
import { CALLED_BY_LOOKER, originOf } from "./package.mjs";

const topLevel = CALLED_BY_LOOKER.map((name) => `function ${name}(request) { return connector.${name}(request); }`);

export default defineConfig({
  define: { ORIGIN: JSON.stringify(originOf(process.env)) },
  build: {
    target: "es2022",
    minify: false,
    lib: { entry: "src/connector.ts", formats: ["iife"], name: "connector", fileName: () => "Code.js" },
    rolldownOptions: { output: { footer: topLevel.join("\n") } },
  },
  test: { include: ["test/**/*.test.mjs"], environment: "node" },
});
