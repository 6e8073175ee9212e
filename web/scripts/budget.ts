import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

/** Fails the build when all scripts together, each gzipped, are larger than `limit_bytes`. */
export function scriptBudget(limit_bytes: number): Plugin {
  return {
    name: "muster-script-budget",
    apply: "build",
    generateBundle(_options, bundle) {
      const sizes = Object.values(bundle).map((part) =>
        part.type === "chunk" ? gzipSync(part.code).length : 0,
      );
      const total = sizes.reduce((sum, size) => sum + size, 0);
      if (total > limit_bytes) {
        this.error(`the scripts have ${total} bytes gzipped, at most ${limit_bytes} are allowed`);
      }
    },
  };
}
