/** A learner edits the command line: keys in, the screen read. Texts are those of bash 5.3 on 80 columns and 24 rows. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Lab } from '../../src/lab/lab.ts';
import { ctrl, DOWN, END, ESC, HOME, LEFT, Person, UP } from '../person.ts';
import { makeLab } from '../rig.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await makeLab();
});
beforeEach(() => lab.clean('node1'));

/** A fresh terminal in the common lab. */
const sit = (): Promise<Person> => Person.at(lab);

describe('the line', () => {
  test('the prompt, and keys are echoed', async () => {
    const p = await sit();
    expect(p.toCursor()).toBe('root@node1:~# ');
    await p.types('echo hi');
    expect(p.line).toBe('root@node1:~# echo hi');
    expect(await p.runs('')).toBe('hi\n');
  });

  test('history: arrows, ^P ^N, ^R, !!, history in a pipeline', async () => {
    const p = await sit();
    await p.runs('echo one');
    await p.runs('echo two');
    await p.types(UP);
    expect(p.line).toBe('root@node1:~# echo two');
    await p.types(ctrl('P'));
    expect(p.line).toBe('root@node1:~# echo one');
    await p.types(DOWN);
    expect(p.line).toBe('root@node1:~# echo two');
    await p.types(`${ctrl('U')}${ctrl('R')}on`);
    expect(p.line).toBe("(reverse-i-search)`on': echo one");
    expect(await p.runs('')).toBe('one\n');
    expect(await p.runs('!!')).toBe('echo one\none\n');
    expect(await p.runs('history | tail -n 2')).toBe('    4  echo one\n    5  history | tail -n 2\n');
    expect(await p.runs("HISTTIMEFORMAT='%F %H:%M '; history 1")).toMatch(
      /^ {4}6 {2}2026-11-23 \d\d:\d\d HISTTIMEFORMAT=.*; history 1\n$/,
    );
    await p.runs("HISTTIMEFORMAT='%s '; sleep 5");
    const times = (await p.runs('history | tail -n 2'))
      .trimEnd()
      .split('\n')
      .map((l) => Number(l.split(/ +/)[2]));
    expect((times[1] as number) - (times[0] as number)).toBeGreaterThanOrEqual(5);
  });

  test('editing keys', async () => {
    const p = await sit();
    const typed = async (keys: string): Promise<string> => {
      await p.types(keys);
      const { line } = p;
      await p.types(`${END}${ctrl('U')}`);
      return line.slice('root@node1:~# '.length);
    };
    expect(await typed(`echo a b${ctrl('W')}c`)).toBe('echo a c');
    expect(await typed(`one two${ctrl('A')}${ctrl('K')}x ${ctrl('Y')}`)).toBe('x one two');
    expect(await typed(`abc${LEFT}${LEFT}X`)).toBe('aXbc');
    expect(await typed(`abc${HOME}X${END}Y`)).toBe('XabcY');
    expect(await typed(`one two three${ESC}b${ESC}bX${ESC}fY`)).toBe('one XtwoY three');
    expect(await typed(`abc${ctrl('A')}${ctrl('D')}`)).toBe('bc');
  });

  test('wide characters take two columns', async () => {
    const p = await sit();
    await p.types(`echo 你好世界${LEFT}${LEFT}`);
    expect(p.screen.col).toBe('root@node1:~# echo '.length + 4);
    await p.types('大');
    expect(p.line).toBe('root@node1:~# echo 你好大世界');
    expect(await p.runs('')).toBe('你好大世界\n');
    await p.types('echo 你好\x7f');
    expect(p.line).toBe('root@node1:~# echo 你');
  });

  test('long lines wrap, and follow a new width', async () => {
    const p = await sit();
    const long = 'abcdefghij'.repeat(9);
    await p.types(`echo ${long}`);
    expect(p.screen.lines.slice(0, 2).join('')).toBe(`root@node1:~# echo ${long}`);
    await p.types(`${HOME}${ESC}f!`);
    expect(p.screen.lines.slice(0, 2).join('')).toBe(`root@node1:~# echo! ${long}`);
    await p.types('\x7f');
    p.terminal.pty.resize({ cols: 120, rows: 24 });
    p.screen.resize(120, 24);
    await p.types(ctrl('L'));
    expect(p.screen.lines[0]).toBe(`root@node1:~# echo ${long}`);
    expect(await p.runs('')).toBe(`${long}\n`);
    expect(await p.runs('stty size')).toBe('24 120\n');
  });

  test('^C, ^L, ^D', async () => {
    const p = await sit();
    await p.types('never');
    await p.types(ctrl('C'));
    expect(p.screen.lines.slice(0, 2)).toEqual(['root@node1:~# never^C', 'root@node1:~#']);
    expect(await p.runs('echo $?')).toBe('130\n');
    await p.types(`abc${ctrl('L')}`);
    expect(p.screen.text).toBe('root@node1:~# abc');
    await p.types(`${ctrl('U')}${ctrl('D')}`);
    expect(p.screen.text).toContain('\nlogout');
    expect(p.exit).toBe(0);
  });

  test('commands of several lines', async () => {
    const p = await sit();
    await p.types('echo "a\r');
    expect(p.line).toBe('>');
    expect(await p.runs('b"')).toBe('a\nb\n');
    await p.types('echo a \\\r');
    expect(await p.runs('b')).toBe('a b\n');
    await p.types('for i in 1 2\rdo echo n$i\r');
    expect(await p.runs('done')).toBe('n1\nn2\n');
    await p.types(UP);
    expect(p.line).toBe('root@node1:~# for i in 1 2; do echo n$i; done');
    await p.types(`${ctrl('C')}cat <<END\rhome $HOME\r`);
    expect(await p.runs('END')).toBe('home /root\n');
    await p.types(`${UP}${UP}${UP}${UP}`);
    expect(p.screen.lines.slice(p.screen.row - 1, p.screen.row + 1)).toEqual(['root@node1:~# echo "a', 'b"']);
    await p.types(`${HOME}${ESC}fX`);
    expect(p.screen.lines.slice(p.screen.row, p.screen.row + 2)).toEqual(['root@node1:~# echoX "a', 'b"']);
  });

  test('a pasted block waits for Enter, then runs line by line', async () => {
    const p = await sit();
    const block = 'echo one\nfor i in 1 2; do\n  echo n$i\ndone\ndocker run --rm busybox echo hi\n';
    await p.types(`${ESC}[200~${block}${ESC}[201~`);
    expect(p.screen.text).toBe(`root@node1:~# ${block.trimEnd()}`);
    await p.types('\r');
    await p.sees(/hi\nroot@node1:~# $/);
    expect(p.screen.text).toContain('\none\nn1\nn2\nhi\n');
  });

  test('an unmarked paste runs at each end of a line', async () => {
    const p = await sit();
    p.press('echo one\recho two\rdocker run --rm busybox echo three\r');
    await p.sees(/three\nroot@node1:~# $/);
    expect(p.screen.lines).toContain('two');
  });
});

describe('Tab', () => {
  beforeAll(async () => {
    await lab.run('node2', 'docker run -d --name web training/webapp; docker network create backend');
  });
  const completed = async (keys: string): Promise<string> => {
    const p = await Person.at(lab, 'node2');
    await p.types(keys);
    return p.toCursor().replaceAll('root@node2:~# ', '');
  };

  test('commands and files', async () => {
    expect(await completed('hostn\t')).toBe('hostname ');
    expect(await completed('cat /etc/os\t')).toBe('cat /etc/os-release ');
    expect(await completed('cd /etc/dock\t')).toBe('cd /etc/docker/');
    expect(await completed('cat /etc/host\t\t')).toBe('cat /etc/host\nhost.conf  hostname   hosts\ncat /etc/host');
  });
  test('docker', async () => {
    expect(await completed('docker r\t\t')).toBe('docker r\nrename   restart  rm       rmi      run\ndocker r');
    expect(await completed('docker run --pub\t')).toBe('docker run --publish');
    expect(await completed('docker logs \t')).toBe('docker logs web ');
    expect(await completed('sudo docker logs \t')).toBe('sudo docker logs web ');
    expect(await completed('docker network connect bac\t')).toBe('docker network connect backend ');
    expect(await completed('docker run -it alp\t')).toBe('docker run -it alpine');
  });
});
