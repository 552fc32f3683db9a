import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { bootFirst, flat } from './vite.boot.ts';
import { lessons, relaxWhileDeveloping } from './vite.lessons.ts';
import { offline } from './vite.offline.ts';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  base: './',
  plugins: [
    lessons(at('./lessons')),
    bootFirst,
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
    rolldownOptions: {
      input: [at('./index.html'), at('./bring.html')],
      checks: { bundlerTimings: false },
      output: { codeSplitting: { groups: [{ name: 'boot', test: /web\/boot\.ts$/ }] } },
    },
  },
  worker: {
    format: 'es',
    plugins: () => [lessons(at('./lessons')), flat],
    // Modules run in the order of the standard, whatever chunk they are in.
    rolldownOptions: {
      output: {
        strictExecutionOrder: true,
        // All that a lab needs to start comes as one file.
        codeSplitting: { groups: [{ name: 'lab', test: /web\/worker\/worker\.ts$/ }] },
      },
    },
  },
  server: { watch: { ignored: ['**/.cache/**'] } },
});
