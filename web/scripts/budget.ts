import { gzipSync } from "node:zlib";
import type { Plugin, Rollup } from "vite";

type Bundle = Rollup.OutputBundle;

/**
 * Fails the build when a page needs more than `limit_bytes` of script, each file gzipped, before it
 * shows data: the entry, and what the page's module imports. What a page loads later is not counted.
 */
export function scriptBudget(limit_bytes: number): Plugin {
  return {
    name: "muster-script-budget",
    apply: "build",
    generateBundle(_options, bundle) {
      const entries = chunksOf(bundle).filter(({ isEntry }) => isEntry);
      const shared = entries.flatMap((entry) => [...withImports(bundle, entry.fileName)]);
      const pages = entries.flatMap(({ dynamicImports }) => dynamicImports);
      for (const page of pages) {
        const files = new Set([...shared, ...withImports(bundle, page)]);
        const size = [...files].reduce((sum, file) => sum + gzipped(bundle, file), 0);
        if (size > limit_bytes) {
          this.error(`${page} needs ${size} bytes of script, at most ${limit_bytes} are allowed`);
        }
      }
    },
  };
}

function chunksOf(bundle: Bundle): Rollup.OutputChunk[] {
  return Object.values(bundle).filter((part) => part.type === "chunk");
}

/** A file and all that it imports, and what those import. */
function withImports(bundle: Bundle, file: string, found = new Set<string>()): Set<string> {
  const part = bundle[file];
  if (found.has(file) || part?.type !== "chunk") return found;
  found.add(file);
  for (const imported of part.imports) withImports(bundle, imported, found);
  return found;
}

function gzipped(bundle: Bundle, file: string): number {
  const part = bundle[file];
  return part?.type === "chunk" ? gzipSync(part.code).length : 0;
}
