import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { lessons, relaxWhileDeveloping } from './vite.lessons.ts';
import { offline } from './vite.offline.ts';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  base: './',
  plugins: [
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
    // How long plugins take is nobody's concern.
    rolldownOptions: { input: [at('./index.html'), at('./bring.html')], checks: { bundlerTimings: false } },
  },
  worker: {
    format: 'es',
    plugins: () => [lessons(at('./lessons'))],
    // Modules run in the order of the standard, whatever chunk they are in.
    rolldownOptions: { output: { strictExecutionOrder: true } },
  },
  server: { watch: { ignored: ['**/.cache/**'] } },
});
