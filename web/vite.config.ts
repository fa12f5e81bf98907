// Build and development server of the page; the API comes from a running system (TOA_WEB_PROXY).
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const system = process.env.TOA_WEB_PROXY ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2022",
    // Inlined assets become data: addresses, which the page's content policy (default-src 'self') refuses.
    assetsInlineLimit: 0,
    // ECharts is the one large chunk; it loads after the page is usable.
    chunkSizeWarningLimit: 600,
  },
  server: {
    host: "127.0.0.1",
    proxy: { "/auth": system, "/oauth": system, "/v1": system },
  },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
