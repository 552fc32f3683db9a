import { describe, expect, test } from 'vitest';
import { PROMPT, Terminal } from './harness.ts';

async function shell(o: Parameters<typeof Terminal.open>[0] = {}): Promise<Terminal> {
  const t = await Terminal.open(o);
  await t.until(PROMPT);
  return t;
}

describe('an interactive bash', () => {
  test('prompts, runs, tells errors without a line number', async () => {
    const t = await shell();
    expect(await t.line('echo hi')).toBe(`echo hi\r\nhi\r\n${PROMPT}`);
    expect(await t.line('nope')).toContain('\r\nbash: nope: command not found\r\n');
    expect(await t.line('echo $?')).toContain('\r\n127\r\n');
    expect(await t.line(')')).toContain("bash: syntax error near unexpected token `)'\r\n");
    t.type('exit 4\r');
    expect(await t.end()).toBe(4);
  });

  test('^C at the prompt gives a new one and status 130', async () => {
    const t = await shell();
    t.type('echo never');
    await t.until('never');
    t.type('\x03');
    expect(await t.until(PROMPT)).toBe(`^C\r\n${PROMPT}`);
    expect(await t.line('echo $?')).toContain('\r\n130\r\n');
  });

  test('^C ends a busy loop of builtins', async () => {
    const t = await shell();
    t.type('while true; do :; done\r');
    await t.until('done\r\n');
    await t.rig.pass(1e8);
    t.type('\x03');
    expect(await t.until(PROMPT)).toContain('^C\r\n');
    expect(await t.line('echo $?')).toContain('\r\n130\r\n');
  });

  test('^C of a program ends the loop around it', async () => {
    const t = await shell();
    t.type('for i in 1 2 3; do echo n$i; sleep 100; done; echo after\r');
    await t.until('\r\nn1\r\n');
    t.type('\x03');
    const out = await t.until(PROMPT);
    expect(out).not.toContain('n2');
    expect(out).not.toContain('after');
  });

  test('jobs: ^Z, jobs, bg, fg, notification', async () => {
    const t = await shell();
    t.type('sleep 100\r');
    await t.until('100\r\n');
    await t.rig.pass(1e8);
    t.type('\x1a');
    expect(await t.until(PROMPT)).toContain('^Z\r\n[1]+  Stopped                    sleep 100\r\n');
    expect(await t.line('sleep 200 &')).toMatch(/\[2\] \d+\r\n/);
    expect(await t.line('jobs')).toContain(
      '[1]+  Stopped                    sleep 100\r\n[2]-  Running                    sleep 200 &\r\n',
    );
    expect(await t.line('bg')).toContain('[1]+ sleep 100 &\r\n');
    expect((await t.line('kill %2')) + (await t.line(''))).toContain('[2]+  Terminated                 sleep 200\r\n');
    t.type('fg\r');
    await t.until('fg\r\nsleep 100\r\n');
    t.type('\x03');
    await t.until(PROMPT);
    expect(await t.line('jobs; echo end')).toContain('jobs; echo end\r\nend\r\n');
  });

  test('a background job that ends is told before a prompt', async () => {
    const t = await shell();
    await t.line('sleep 1 &');
    await t.line('sleep 2');
    expect(await t.line('')).toContain('');
    expect(await t.line('sleep 1 & sleep 3')).toContain('[1]+  Done                       sleep 1\r\n');
  });

  test('unfinished commands get the second prompt', async () => {
    const t = await shell();
    t.type('for i in a b\r');
    await t.until('\r\n> ');
    t.type('do echo x$i\r');
    await t.until('\r\n> ');
    t.type('done\r');
    expect(await t.until(PROMPT)).toContain('xa\r\nxb\r\n');
    t.type('cat <<E\rhere\rE\r');
    expect(await t.until(PROMPT)).toContain('\r\nhere\r\n');
    t.type("echo 'a\rb'\r");
    expect(await t.until(PROMPT)).toContain('\r\na\r\nb\r\n');
  });

  test('a pasted block runs line by line, and a program reads what is left', async () => {
    const t = await shell();
    t.type('echo one\recho two\rread x\rtyped for read\recho "got $x"\r');
    await t.until('\r\none\r\n');
    await t.until('\r\ntwo\r\n');
    await t.until('got typed for read');
    await t.until(PROMPT);
  });

  test('type-ahead while a command runs is kept', async () => {
    const t = await shell();
    t.type('sleep 5\r');
    await t.until('sleep 5\r\n');
    await t.rig.pass(1e8);
    t.type('echo ahead\n');
    expect(await t.until(`\r\nahead\r\n${PROMPT}`)).toContain('echo ahead\r\n');
  });

  test('yes | head ends, and a terminal that does not read holds the writer back', async () => {
    const t = await shell();
    expect(await t.line('yes | head -n 2; echo $\u007bPIPESTATUS[@]}')).toContain('y\r\ny\r\n141 0\r\n');
    t.paused = true;
    t.type('yes\r');
    await t.rig.pass(1e8);
    expect(t.pty.pending).toBeLessThan(100_000);
    t.type('\x03');
    t.paused = false;
    expect(await t.until(PROMPT)).toContain('^C');
  });

  test('history: !!, !n, !string, and the list', async () => {
    const t = await shell();
    await t.line('echo a1');
    expect(await t.line('!!')).toBe(`!!\r\necho a1\r\na1\r\n${PROMPT}`);
    await t.line('echo b2');
    expect(await t.line('!ec:0 z')).toContain('echo z\r\nz\r\n');
    expect(await t.line('history')).toContain('    1  echo a1\r\n    2  echo a1\r\n    3  echo b2\r\n');
    expect(await t.line('!nosuch')).toContain('bash: !nosuch: event not found\r\n');
    t.type('exit\r');
    await t.end();
  });
});

describe('keys', () => {
  const typed = async (keys: string, expected: string): Promise<void> => {
    const t = await shell();
    await t.line('true first command');
    t.type(`${keys}\r`);
    await t.until(`\r\n${expected}\r\n`);
  };
  test('emacs movement and killing', async () => {
    await typed('cho x\x01e\x05 y', 'x y');
    await typed('echo ab\x02\x02X', 'Xab');
    await typed('echo one two\x17three', 'one three');
    await typed('echo a b\x1bb\x0bc', 'a c');
    await typed('echo keep\x01\x0b\x19', 'keep');
    await typed('junk\x15echo new', 'new');
    await typed('echo ab\x14', 'ba');
    await typed('echo abc\x1b[D\x1b[D\x1b[3~', 'ac');
    await typed('echo foo bar\x1b\x7fbaz', 'foo baz');
    await typed('o\x1b[Hech\x1b[F q', 'q');
  });
  test('history keys and reverse search', async () => {
    const t = await shell();
    await t.line('echo alpha');
    await t.line('echo beta');
    t.type('\x10\x10\r');
    await t.until('\r\nalpha\r\n');
    await t.until(PROMPT);
    t.type('\x12bet');
    await t.until("(reverse-i-search)`bet': echo beta");
    t.type('\r');
    await t.until('\r\nbeta\r\n');
    await t.until(PROMPT);
    t.type('keep\x12alp\x07\x01echo \r');
    await t.until('\r\nkeep\r\n');
  });
  test('CJK characters are erased whole, two columns each', async () => {
    const t = await shell();
    t.type('echo 你好吗\x7f\r');
    await t.until('\r\n你好\r\n');
    await t.until(PROMPT);
    t.type('echo 你好\x1b[D世\r');
    await t.until('\r\n你世好\r\n');
  });
  test('lines wrap and can be edited after a resize', async () => {
    const t = await shell({ cols: 20 });
    t.type(`echo ${'abcdefghij'.repeat(3)}`);
    await t.settle();
    t.pty.resize({ cols: 40, rows: 24 });
    await t.settle();
    t.type('\x01\x1bf!\x7f\r');
    await t.until(`\r\n${'abcdefghij'.repeat(3)}\r\n`);
  });
});

describe('completion', () => {
  test('commands, files, variables; a second Tab lists', async () => {
    const t = await shell();
    await t.line('mkdir adir; touch afile another "with space"');
    t.type('ech\tc\r');
    await t.until('\r\nc\r\n');
    await t.until(PROMPT);
    t.type('echo adi\t\r');
    await t.until('\r\nadir/\r\n');
    await t.until(PROMPT);
    t.type('echo wi\tend\r');
    await t.until('\r\nwith space end\r\n');
    await t.until(PROMPT);
    t.type('echo a\t\t');
    await t.until('adir/    afile    another\r\n');
    t.type('f\t\r');
    await t.until('\r\nafile\r\n');
    await t.until(PROMPT);
    t.type('echo $HOM\t\r');
    await t.until('\r\n/root/\r\n');
  });
  test('a registered completer gives the words of its command', async () => {
    const seen: unknown[] = [];
    const t = await shell({
      completers: {
        docker: {
          complete: async (words, index) => {
            seen.push([words, index]);
            return ['run', 'rm', 'ps'];
          },
        },
      },
    });
    t.type('docker p\t');
    await t.until('docker ps ');
    expect(seen[0]).toEqual([['docker', 'p'], 1]);
  });
});

test('a login shell names itself with a dash; ^D logs out', async () => {
  const t = await shell({ argv: ['bash', '-l'] });
  t.type('\x04');
  await t.until('logout\r\n');
  expect(await t.end()).toBe(0);
});

test('hanging up ends the shell', async () => {
  const t = await shell();
  t.pty.close();
  expect(await t.end()).toBe(129);
});
