/** vi at the lab's terminal: keys in, the screen and the file read. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from '../../src/lab/lab.ts';
import { Person } from '../person.ts';
import { makeLab } from '../rig.ts';

const MS = 1e6;
let lab: Lab;
beforeAll(async () => {
  lab = await makeLab();
});

/** Someone who has opened a file of some lines in vi. */
async function edit(text: string, name = '/tmp/f'): Promise<Person> {
  const p = await Person.at(lab);
  await p.runs(`printf '${text}' > ${name}`);
  await p.types(`vi ${name}\r`, 200 * MS);
  return p;
}

const foot = (p: Person): string => p.screen.lines[23] as string;

describe('vi', () => {
  test('shows the file on a screen of its own, and leaves the shell as it was', async () => {
    const p = await edit('one\\ntwo\\nthree\\n');
    expect(p.screen.alternate).toBe(true);
    expect(p.screen.lines.slice(0, 5)).toEqual(['one', 'two', 'three', '~', '~']);
    expect(foot(p)).toBe('- /tmp/f 1/3 33%');
    await p.types(':q\r', 200 * MS);
    expect(p.screen.alternate).toBe(false);
    expect(await p.runs('echo $?')).toBe('0\n');
  });

  test.each([
    ['insertion', 'iA\x1bjoB\rC\x1b:wq\r', 'Aone\ntwo\nB\nC\nthree\n'],
    ['behind the line, before it', 'A!\x1bjIx\x1b:x\r', 'one!\nxtwo\nthree\n'],
    ['dd, p, yy, P', 'ddp1GyyGP:wq\r', 'two\none\ntwo\nthree\n'],
    ['a count of lines', '2ddpZZ', 'three\none\ntwo\n'],
    ['words', 'cwuno\x1bjdw:wq\r', 'uno\ntw\nthree\n'],
    ['x, D, r, ~, J', 'xjDkJrN~:wq\r', 'nn\nthree\n'],
    ['to the end, to the top', 'dG:wq\r', ''],
    ['undo', 'ddddu:wq\r', 'two\nthree\n'],
    ['search', '/thr\rx?on\rx:wq\r', 'ne\ntwo\nhree\n'],
    ['substitution', ':%s/o/0/g\r:wq\r', '0ne\ntw0\nthree\n'],
    ['lines by number', ':2d\r:1,2y\rP:w\r:q\r', 'one\none\nthree\nthree\n'],
    ['arrows and backspace while typing', 'i\x1b[B\x1b[Cxy\x7f\x1b:wq\r', 'one\ntxwo\nthree\n'],
    ['leaving without writing', 'dd:q\r:q!\r', 'one\ntwo\nthree\n'],
  ])('%s', async (_, keys, text) => {
    const p = await edit('one\\ntwo\\nthree\\n');
    for (const key of keys.split(/(?<=\x1b(?!\[))/)) await p.types(key, 100 * MS);
    await p.types('', 200 * MS);
    expect(p.screen.alternate).toBe(false);
    expect(await p.runs('cat /tmp/f')).toBe(text);
  });

  test('a new file, what it says, and a name that is missing', async () => {
    const p = await Person.at(lab);
    await p.types('vi /tmp/new\r', 200 * MS);
    await p.types('ihello', 100 * MS);
    expect(foot(p)).toBe('I /tmp/new [modified] 1/1 100%');
    await p.types('\x1b', 100 * MS);
    await p.types(':q\r', 100 * MS);
    expect(foot(p)).toBe('No write since last change (:q! overrides)');
    await p.types(':w\r', 100 * MS);
    expect(foot(p)).toBe("'/tmp/new' 1L, 6C");
    await p.types(':foo\r', 100 * MS);
    expect(foot(p)).toBe("':foo' is not implemented");
    await p.types('/zzz\r', 100 * MS);
    expect(foot(p)).toBe('Pattern not found');
    await p.types(':q\r', 200 * MS);
    expect(await p.runs('cat /tmp/new')).toBe('hello\n');
  });
});
