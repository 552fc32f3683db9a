// Bundles src/node (the drydock command) to dist/node/main.js, unless nothing has changed.
import { fresh, root } from './fresh.mjs';
import { buildWasm } from './wasm.mjs';

/** Brings the drydock command up to date. */
export async function buildNode() {
  await buildWasm();
  await fresh('dist/node/main.js', ['src', 'package-lock.json', 'scripts/node.mjs'], [], async () => {
    const vite = await import('vite');
    await vite.build({
      root,
      configFile: false,
      logLevel: 'warn',
      build: {
        ssr: 'src/node/main.ts',
        outDir: 'dist/node',
        target: 'node20',
        emptyOutDir: true,
        minify: false,
        // What the page loads late need not be a chunk of its own here; how long plugins take is nobody's concern.
        rolldownOptions: { checks: { ineffectiveDynamicImport: false, bundlerTimings: false } },
      },
      // What only a benchmark or a test needs stays where it is installed.
      ssr: { noExternal: true, external: ['playwright-core'] },
    });
  });
}
