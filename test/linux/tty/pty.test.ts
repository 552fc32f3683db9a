import { describe, expect, test } from 'vitest';
import { isErr } from '../../../src/linux/kernel/errno.ts';
import { COOKED, RAW } from '../../../src/linux/kernel/sys.ts';
import { openPty } from '../../../src/linux/tty/pty.ts';
import { charWidth, textWidth } from '../../../src/linux/tty/width.ts';

const FOREVER = { onInterrupt: () => () => {}, nonBlocking: false };
const NOW = { onInterrupt: () => () => {}, nonBlocking: true };
const bytes = (s: string): Uint8Array => new TextEncoder().encode(s);

function terminal() {
  const signals: [number, number][] = [];
  const pty = openPty(
    { addTty: () => () => {}, ptsNumber: () => 3, killGroup: (g, s) => void signals.push([g, s]) },
    { cols: 80, rows: 24 },
  );
  const shown = (): string => new TextDecoder().decode(pty.take(1 << 20));
  const read = async (max = 4096): Promise<string> => {
    const r = await pty.slave.read(max, NOW);
    return isErr(r) ? r.name : new TextDecoder().decode(r);
  };
  return { pty, signals, shown, read, type: (s: string) => pty.input(bytes(s)) };
}

describe('a cooked terminal', () => {
  test('echoes and gives a line at a time', async () => {
    const t = terminal();
    t.type('ab');
    expect(t.shown()).toBe('ab');
    expect(await t.read()).toBe('EAGAIN');
    t.type('c\rnext\n');
    expect(t.shown()).toBe('c\r\nnext\r\n');
    expect(await t.read(2)).toBe('ab');
    expect(await t.read()).toBe('c\n');
    expect(await t.read()).toBe('next\n');
  });
  test('erases characters by their width, words and lines', async () => {
    const t = terminal();
    t.type('a你\x7f');
    expect(t.shown()).toBe('a你\b \b\b \b');
    t.type('b\x08\x08\x08x y z\x17\x17w\n');
    t.shown();
    expect(await t.read()).toBe('x w\n');
    t.type('junk\x15ok\n');
    expect(await t.read()).toBe('ok\n');
  });
  test('^D ends the file on an empty line and gives an unfinished one', async () => {
    const t = terminal();
    t.type('ab\x04');
    expect(await t.read()).toBe('ab');
    t.type('\x04');
    expect(await t.read()).toBe('');
  });
  test('^C, ^\\ and ^Z signal the foreground group and drop the line', async () => {
    const t = terminal();
    t.pty.slave.tty.foreground = 42;
    t.type('abc\x03\x1c\x1a');
    expect(t.signals).toEqual([
      [42, 2],
      [42, 3],
      [42, 20],
    ]);
    expect(t.shown()).toContain('^Z');
    t.type('d\n');
    expect(await t.read()).toBe('d\n');
  });
  test('^V takes the next key literally; control characters are shown as ^X', async () => {
    const t = terminal();
    t.type('\x16\x03\n');
    expect(t.shown()).toBe('^\b^C\r\n');
    expect(await t.read()).toBe('\x03\n');
  });
});

test('a raw terminal passes every byte and changes nothing', async () => {
  const t = terminal();
  t.pty.slave.tty.termios = RAW;
  t.type('a\x03\r');
  expect(t.shown()).toBe('');
  expect(await t.read()).toBe('a\x03\r');
  await t.pty.slave.write(bytes('x\n'), FOREVER);
  expect(t.shown()).toBe('x\n');
});

test('typed-ahead input survives the change of modes', async () => {
  const t = terminal();
  t.type('half');
  t.pty.slave.tty.termios = RAW;
  expect(await t.read()).toBe('half');
  t.type('one\rtwo\r');
  t.pty.slave.tty.termios = COOKED;
  expect(await t.read()).toBe('one\n');
  expect(await t.read()).toBe('two\n');
});

test('writers wait while too much is unread, and go on when it was taken', async () => {
  const t = terminal();
  await t.pty.slave.write(bytes('y'.repeat(20000)), FOREVER);
  let done = false;
  const more = Promise.resolve(t.pty.slave.write(bytes('z'), FOREVER)).then(() => {
    done = true;
  });
  await new Promise((r) => setImmediate(r));
  expect(done).toBe(false);
  t.shown();
  await more;
  expect(t.shown()).toBe('z');
});

test('resize and hang-up tell the processes', async () => {
  const t = terminal();
  t.pty.slave.tty.foreground = 7;
  t.pty.slave.tty.session = 5;
  t.pty.resize({ cols: 100, rows: 30 });
  expect(t.signals).toEqual([[7, 28]]);
  expect(t.pty.slave.tty.winsize).toEqual({ cols: 100, rows: 30 });
  t.pty.close();
  expect(t.signals).toContainEqual([5, 1]);
  expect(await t.read()).toBe('');
  expect(await t.pty.output()).toBeNull();
});

test('^S holds output, ^Q lets it go', async () => {
  const t = terminal();
  t.type('\x13');
  await t.pty.slave.write(bytes('held'), FOREVER);
  expect(t.shown()).toBe('');
  t.type('\x11');
  expect(t.shown()).toBe('held');
});

test('widths', () => {
  expect([...'a你é\u0301한😀ｱ'].map((c) => charWidth(c.codePointAt(0) as number))).toEqual([1, 2, 1, 0, 2, 2, 1]);
  expect(textWidth('网络 net')).toBe(8);
});
