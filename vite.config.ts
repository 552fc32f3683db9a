import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  plugins: [svelte()],
  build: { target: 'es2022', outDir: 'dist/web', assetsInlineLimit: 0 },
  worker: { format: 'es' },
  server: { watch: { ignored: ['**/.cache/**'] } },
});
