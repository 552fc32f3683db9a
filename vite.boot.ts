/** Vite plugins for the first prompt. */
import type { Plugin } from 'vite';

/** The page runs `src/web/boot.ts` as soon as that is there, and does not wait for the rest of its own code. */
export const bootFirst: Plugin = {
  name: 'drydock-boot',
  apply: 'build',
  transformIndexHtml: {
    order: 'post',
    handler(html, { bundle, path }) {
      if (path !== '/index.html') return html;
      const boot = Object.keys(bundle ?? {}).find((name) => /^assets\/boot-[^/]*\.js$/.test(name));
      if (!boot) throw new Error('the build has no chunk of src/web/boot.ts');
      const tag = `<script type="module" crossorigin src="./${boot}"></script>`;
      return html
        .replace(new RegExp(`\\s*<link rel="modulepreload"[^>]*${boot}">`), '')
        .replace(/(\s*)<script type="module"/, `$1${tag}$&`);
    },
  },
};

/** The worker's entry names all that it is made of, so that it comes in one round. */
export const flat: Plugin = {
  name: 'drydock-flat',
  apply: 'build',
  generateBundle(_, bundle) {
    for (const entry of Object.values(bundle)) {
      if (entry.type !== 'chunk' || !entry.isEntry) continue;
      const below = new Set(entry.imports);
      for (const name of below) {
        const chunk = bundle[name];
        if (chunk?.type === 'chunk') for (const further of chunk.imports) below.add(further);
      }
      const further = [...below].filter((name) => !entry.imports.includes(name));
      const near = (name: string): string => `./${name.slice(name.lastIndexOf('/') + 1)}`;
      entry.code = further.map((name) => `import"${near(name)}";`).join('') + entry.code;
    }
  },
};
