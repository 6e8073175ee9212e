import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { mockServer } from "./mock/server";
import { scriptBudget } from "./scripts/budget";

// MUSTER_SERVER=http://127.0.0.1:8080 develops against a real server; without it the mock answers.
const server = process.env.MUSTER_SERVER;
const proxy = server
  ? Object.fromEntries(["/console", "/api", "/docs", "/audit/"].map((path) => [path, server]))
  : undefined;

export default defineConfig({
  plugins: [react(), scriptBudget(350 * 1024), ...(server ? [] : [mockServer()])],
  server: { host: "127.0.0.1", proxy },
  preview: { host: "127.0.0.1", proxy },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
  },
  test: {
    environment: "jsdom",
    include: ["tests/**/*.test.{ts,tsx}"],
    setupFiles: ["tests/setup.ts"],
    restoreMocks: true,
    testTimeout: 60_000,
  },
});
