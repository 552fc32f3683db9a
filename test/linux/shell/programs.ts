/** Small programs for the shell's tests: just enough of cat, head, yes, sleep, … */
import { isErr } from '../../../src/linux/kernel/errno.ts';
import type { Program } from '../../../src/linux/kernel/machine.ts';
import type { Sys } from '../../../src/linux/kernel/sys.ts';

const enc = (s: string): Uint8Array => new TextEncoder().encode(s);
const dec = (b: Uint8Array): string => new TextDecoder().decode(b);

async function slurp(sys: Sys, fd: number): Promise<string> {
  let out = '';
  for (;;) {
    const r = await sys.read(fd, 65536);
    if (isErr(r) || r.length === 0) return out;
    out += dec(r);
  }
}

async function inputs(sys: Sys, files: readonly string[]): Promise<string> {
  if (files.length === 0) return slurp(sys, 0);
  let out = '';
  for (const f of files) {
    const fd = sys.open(f, { read: true });
    if (isErr(fd)) {
      await sys.write(2, enc(`${sys.argv[0]}: ${f}: ${fd.text}\n`));
      continue;
    }
    out += await slurp(sys, fd);
    sys.close(fd);
  }
  return out;
}

const lines = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

const MAINS: Record<string, (sys: Sys) => Promise<number>> = {
  cat: async (sys) => {
    const files = sys.argv.slice(1);
    for (const f of files.length > 0 ? files : ['-']) {
      const fd = f === '-' ? 0 : sys.open(f, { read: true });
      if (isErr(fd)) {
        await sys.write(2, enc(`cat: ${f}: ${fd.text}\n`));
        return 1;
      }
      for (;;) {
        const r = await sys.read(fd, 4096);
        if (isErr(r) || r.length === 0) break;
        await sys.write(1, r);
      }
      if (fd !== 0) sys.close(fd);
    }
    return 0;
  },
  head: async (sys) => {
    const n = Number((sys.argv.find((a) => /^-(n?)\d+$/.test(a)) ?? sys.argv[2] ?? '10').replace(/\D/g, '')) || 10;
    let text = '';
    while (lines(text).length < n || !text.endsWith('\n')) {
      const r = await sys.read(0, 1024);
      if (isErr(r) || r.length === 0) break;
      text += dec(r);
      if (text.split('\n').length > n) break;
    }
    await sys.write(1, enc(`${lines(text).slice(0, n).join('\n')}\n`));
    return 0;
  },
  yes: async (sys) => {
    for (;;) {
      const r = await sys.write(1, enc(`${sys.argv[1] ?? 'y'}\n`.repeat(64)));
      if (isErr(r)) return 1;
      await sys.cpu(1000);
    }
  },
  sleep: async (sys) => {
    await sys.sleep(Number(sys.argv[1]) * 1e9);
    return 0;
  },
  true: async () => 0,
  false: async () => 1,
  wc: async (sys) => {
    const text = await slurp(sys, 0);
    await sys.write(1, enc(`${sys.argv[1] === '-c' ? enc(text).length : lines(text).length}\n`));
    return 0;
  },
  sort: async (sys) => {
    const all = lines(
      await inputs(
        sys,
        sys.argv.slice(1).filter((a) => !a.startsWith('-')),
      ),
    ).sort();
    await sys.write(1, enc(all.map((l) => `${l}\n`).join('')));
    return 0;
  },
  tr: async (sys) => {
    const [, a, b] = sys.argv as [string, string, string];
    const span = (s: string): string =>
      s.replace(/(.)-(.)/g, (_, x: string, y: string) => {
        let o = '';
        for (let i = x.charCodeAt(0); i <= y.charCodeAt(0); i++) o += String.fromCharCode(i);
        return o;
      });
    const [from, to] = [span(a), span(b)];
    const text = await slurp(sys, 0);
    if (a === '-d') {
      await sys.write(1, enc([...text].filter((c) => !b.includes(c)).join('')));
      return 0;
    }
    await sys.write(
      1,
      enc([...text].map((c) => (from.includes(c) ? (to[from.indexOf(c)] ?? to.at(-1) ?? c) : c)).join('')),
    );
    return 0;
  },
  grep: async (sys) => {
    const count = sys.argv.includes('-c');
    const pattern = new RegExp(sys.argv.slice(1).find((a) => !a.startsWith('-')) ?? '');
    const found = lines(await slurp(sys, 0)).filter((l) => pattern.test(l));
    await sys.write(1, enc(count ? `${found.length}\n` : found.map((l) => `${l}\n`).join('')));
    return found.length > 0 ? 0 : 1;
  },
  chmod: async (sys) => (isErr(sys.chmod(sys.argv[2] as string, 0o755)) ? 1 : 0),
  env: async (sys) => {
    await sys.write(
      1,
      enc(
        Object.keys(sys.env)
          .sort()
          .map((k) => `${k}=${sys.env[k]}\n`)
          .join(''),
      ),
    );
    return 0;
  },
  rm: async (sys) => {
    for (const f of sys.argv.slice(1)) if (!f.startsWith('-')) sys.unlink(f);
    return 0;
  },
  mkdir: async (sys) => {
    for (const f of sys.argv.slice(1)) if (!f.startsWith('-')) sys.mkdir(f);
    return 0;
  },
  touch: async (sys) => {
    for (const f of sys.argv.slice(1)) sys.writeFile(f, new Uint8Array(0));
    return 0;
  },
  ls: async (sys) => {
    const d = sys.readdir(sys.argv[1] ?? '.');
    if (isErr(d)) return 2;
    await sys.write(
      1,
      enc(
        d
          .map((e) => e.name)
          .filter((n) => !n.startsWith('.'))
          .sort()
          .map((n) => `${n}\n`)
          .join(''),
      ),
    );
    return 0;
  },
};

/** All of them as programs. */
export const TEST_PROGRAMS: readonly Program[] = Object.keys(MAINS).map((name) => ({
  name,
  main: MAINS[name] as Program['main'],
}));
