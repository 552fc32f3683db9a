import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';
import { lessons, relaxWhileDeveloping } from './vite.lessons.ts';
import { offline } from './vite.offline.ts';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** With DRYDOCK_FAKE set, the page runs on test/web/fake-lab.ts: for work on the page alone. */
const fakeLab: Plugin = {
  name: 'drydock-fake-lab',
  enforce: 'pre',
  resolveId: (id) => {
    if (!process.env.DRYDOCK_FAKE) return undefined;
    if (id.endsWith('lab/create.ts')) return at('./test/web/fake-lab.ts');
    if (id.endsWith('core.wasm?url') && !existsSync(at('./dist/core.wasm'))) return '\0no-core';
    return undefined;
  },
  load: (id) => (id === '\0no-core' ? 'export default "index.html"' : undefined),
};

export default defineConfig({
  base: './',
  plugins: [
    fakeLab,
    lessons(at('./lessons')),
    relaxWhileDeveloping,
    svelte({ configFile: false }),
    offline(at('./src/web/offline')),
  ],
  build: {
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox121', 'safari17.5'],
    outDir: 'dist/web',
    assetsInlineLimit: 0,
  },
  worker: {
    format: 'es',
    plugins: () => [fakeLab, lessons(at('./lessons'))],
    // Modules run in the order of the standard, whatever chunk they are in.
    rolldownOptions: { output: { strictExecutionOrder: true } },
  },
  server: { watch: { ignored: ['**/.cache/**'] } },
});
