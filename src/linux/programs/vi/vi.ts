/** `vi`: the editor of busybox. @see busybox editors/vi.c */
import { text as decode } from '../../../base/http.ts';
import { isErr } from '../../kernel/errno.ts';
import { SIGNALS } from '../../kernel/signal.ts';
import { RAW } from '../../kernel/sys.ts';
import { type Context, defineProgram } from '../spec.ts';
import { Editor } from './editor.ts';

/** How long an escape waits for the rest of a sequence, ns. */
const ESCAPE_NS = 50e6;

/** Reads keys: escape sequences whole; `RESIZE` when the window changed, '' at the end. */
function keyboard(ctx: Context): () => Promise<string> {
  const { sys } = ctx;
  let resized = false;
  sys.sigaction(SIGNALS.SIGWINCH, () => {
    resized = true;
  });
  let bytes: number[] = [];
  const fill = async (): Promise<boolean> => {
    const more = await sys.read(0, 256);
    if (isErr(more) || more.length === 0) return isErr(more) && more.name === 'EINTR';
    bytes.push(...more);
    return true;
  };
  const waits = async (): Promise<boolean> => {
    if (bytes.length > 0) return true;
    const ready = await sys.poll([{ fd: 0, in: true }], ESCAPE_NS);
    return !isErr(ready) && ready.length > 0 && (await fill()) && bytes.length > 0;
  };
  return async () => {
    while (bytes.length === 0) {
      if (resized) {
        resized = false;
        return 'RESIZE';
      }
      if (!(await fill())) return '';
    }
    const first = bytes.shift() as number;
    if (first >= 0xc0) {
      const count = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
      while (bytes.length < count && (await fill()));
      const rest = bytes.slice(0, count);
      bytes = bytes.slice(count);
      return decode(Uint8Array.from([first, ...rest]));
    }
    if (first !== 27 || !(await waits())) return String.fromCharCode(first);
    if (bytes[0] !== 0x5b && bytes[0] !== 0x4f) return '\x1b';
    bytes.shift();
    let key = '\x1b[';
    while (await waits()) {
      const c = String.fromCharCode(bytes.shift() as number);
      key += c;
      if (c >= '@' && c <= '~') break;
    }
    return key;
  };
}

async function run(ctx: Context): Promise<number> {
  const { sys } = ctx;
  const before = sys.tcgetattr(0);
  if (isErr(before)) return ctx.fail(`can't read user input: ${before.text}`);
  const name = ctx.operands[0];
  sys.tcsetattr(0, RAW);
  const read = keyboard(ctx);
  const file = { name };
  const editor: Editor = new Editor(ctx, file, async () => {
    const key = await read();
    if (key === 'RESIZE') editor.screen.measure();
    return key;
  });
  const found = name === undefined ? undefined : sys.readFile(name);
  let say = '';
  if (found !== undefined && isErr(found) && found.name !== 'ENOENT') say = `'${name}' ${found.text}`;
  if (found !== undefined && !isErr(found)) editor.buffer.load(decode(found));
  const start = /^\+(\d+)$/.exec(ctx.args.find((a) => a.startsWith('+')) ?? '');
  if (start) editor.buffer.row = Number(start[1]) - 1;
  editor.buffer.clamp();
  await editor.screen.begin();
  try {
    await editor.run(say);
  } finally {
    await editor.screen.end();
    sys.tcsetattr(0, before);
  }
  return 0;
}

/** The `vi` command. */
export const spec = defineProgram({
  name: 'vi',
  path: '/usr/bin/vi',
  summary: 'Edit FILE',
  synopsis: ['[-R] [FILE]...'],
  rewrite: (args) => args.filter((a) => !/^\+\d+$/.test(a)),
  options: [{ name: 'readonly', short: 'R', shortOnly: true, help: 'read-only' }],
  run,
});
