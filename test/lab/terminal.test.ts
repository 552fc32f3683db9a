/**
 * A learner at the lab's terminal: keys in, the screen read.
 * Texts are those of bash 5.3, Docker 28.5 and the tools of Debian on a terminal of 80 columns and 24 rows.
 */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Lab } from '../../src/lab/lab.ts';
import { Person } from '../person.ts';
import { makeLab } from '../rig.ts';

const MS = 1e6;
const SECOND = 1e9;

const UP = '\x1b[A';
const DOWN = '\x1b[B';
const LEFT = '\x1b[D';
const HOME = '\x1b[H';
const END = '\x1b[F';
const ESC = '\x1b';
const ctrl = (letter: string): string => String.fromCharCode(letter.charCodeAt(0) & 31);

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

describe('^C', () => {
  /** Starts a command, waits, presses ^C. @returns the screen after the next prompt */
  async function stopped(p: Person, command: string, ns = SECOND): Promise<string> {
    await p.types(`${ctrl('L')}${command}\r`, ns);
    p.press(ctrl('C'));
    return p.sees(/\nroot@node1:~# $/);
  }
  const PROMPT = 'root@node1:~#';

  test('ends what runs, and the next prompt has a row of its own', async () => {
    const p = await sit();
    for (const command of ['sleep 100', 'while true; do :; done', 'cat | cat', 'for i in 1 2; do sleep 9; done']) {
      expect(await stopped(p, command, 100 * MS)).toBe(`${PROMPT} ${command}\n^C\n${PROMPT}`);
      expect(await p.runs('echo $?')).toBe('130\n');
    }
  });
  test('programs that say something first', async () => {
    const p = await sit();
    expect(await stopped(p, 'ping 127.0.0.1', 2.5 * SECOND)).toMatch(
      /\^C\n--- 127\.0\.0\.1 ping statistics ---\n3 packets transmitted, 3 received, 0% packet loss, time \d+ms\nrtt /,
    );
    expect(await p.runs('echo $?')).toBe('0\n');
    expect(await stopped(p, 'tcpdump -i docker0 -n')).toMatch(
      /\n\^C\n\d+ packets? captured\n\d+ packets? received by filter\n0 packets dropped by kernel\nroot@node1:~#$/,
    );
    expect(await stopped(p, 'yes', 20 * MS)).toMatch(/\ny\n\^C\nroot@node1:~#$/);
  });
  test('docker logs -f, docker run, curl that waits', async () => {
    const p = await sit();
    await p.runs('docker run -d --name web -P training/webapp');
    await p.runs('docker run -d --name hang busybox sh -c "sleep 1000 | nc -l -p 9000"');
    expect(await stopped(p, 'docker logs -f web')).toContain('(Press CTRL+C to quit)\n^C\n');
    expect(await stopped(p, "curl $(docker inspect -f '{{.NetworkSettings.IPAddress}}' hang):9000")).toMatch(/\^C\n/);
    expect(await stopped(p, 'docker run --name fg training/webapp', 2 * SECOND)).toContain('KeyboardInterrupt\n');
    expect(await p.runs("echo $?; docker inspect -f '{{.State.Status}} {{.State.ExitCode}}' fg")).toBe(
      '130\nexited 130\n',
    );
    await p.runs('docker rm -f web hang fg');
  });
  test('a pid 1 that does not listen: the third one ends the client only', async () => {
    const p = await sit();
    await p.types(`docker run --name deaf busybox sleep 100\r`, SECOND);
    await p.types(ctrl('C'), 200 * MS);
    await p.types(ctrl('C'), 200 * MS);
    expect(p.line).toBe('^C^C');
    await p.types(ctrl('C'), 200 * MS);
    expect(p.screen.text).toContain('^C^C^C\ngot 3 SIGTERM/SIGINTs, forcefully exiting\n');
    expect(await p.runs("echo $?; docker inspect -f '{{.State.Status}}' deaf")).toBe('1\nrunning\n');
    await p.runs('docker rm -f deaf');
  });
});

describe('full-screen programs', () => {
  test('watch has a screen of its own', async () => {
    const p = await sit();
    await p.types('watch -n 1 date\r', 2500 * MS);
    expect(p.screen.alternate).toBe(true);
    expect(p.screen.lines[0]).toMatch(/^Every 1\.0s: date {20,}node1: Mon Nov 23 /);
    const first = p.screen.lines[2];
    await lab.pass(SECOND);
    expect(p.screen.lines[2]).not.toBe(first);
    await p.types(ctrl('C'), 50 * MS);
    expect(p.screen.text).toBe('root@node1:~# watch -n 1 date\nroot@node1:~#');
  });
  test('top: fits, ends with q and with ^C', async () => {
    const p = await sit();
    for (const key of ['q', ctrl('C')]) {
      await p.types(`${ctrl('L')}top\r`, SECOND);
      expect(p.screen.lines[0]).toMatch(/^top - \d\d:\d\d:\d\d up /);
      expect(p.screen.lines[1]).toMatch(/^Tasks: +\d+ total, +1 running/);
      expect(p.screen.text).toMatch(/ dockerd\n/);
      await p.types(key, 50 * MS);
      expect(p.toCursor()).toMatch(/\nroot@node1:~# $/);
      expect(p.screen.row).toBe(23);
    }
  });
  test('less: pages, searches, and gives the screen back', async () => {
    const p = await sit();
    await p.types('seq 100 | less\r', 100 * MS);
    expect(p.screen.lines[0]).toBe('1');
    expect(p.line).toBe(':');
    await p.types(' ');
    expect(p.screen.lines[0]).toBe('24');
    await p.types('/77\r');
    expect(p.screen.lines[0]).toBe('77');
    await p.types('G');
    expect(p.screen.lines.slice(22)).toEqual(['100', '(END)']);
    await p.types('gj');
    expect(p.screen.lines[0]).toBe('2');
    await p.types('q');
    expect(p.screen.text).toBe('root@node1:~# seq 100 | less\nroot@node1:~#');
    expect(await p.runs('less nosuch; echo $?')).toBe('nosuch: No such file or directory\n1\n');
    expect(await p.runs('less /etc/hostname | cat')).toBe('node1\n');
  });
  test('more', async () => {
    const p = await sit();
    await p.types('seq 50 | more\r', 100 * MS);
    expect(p.line).toBe('--More--');
    await p.types('\r');
    expect(p.screen.lines[22]).toBe('24');
    await p.types('q');
    expect(p.toCursor()).toMatch(/\n24\nroot@node1:~# $/);
  });
});

describe('jobs', () => {
  test('^Z, jobs, bg, fg', async () => {
    const p = await sit();
    await p.types('sleep 100\r', 50 * MS);
    await p.types(ctrl('Z'));
    expect(p.screen.text).toContain('^Z\n[1]+  Stopped                 sleep 100\n');
    expect(await p.runs('bg')).toBe('[1]+ sleep 100 &\n');
    expect(await p.runs('jobs')).toBe('[1]+  Running                 sleep 100 &\n');
    await p.types('fg\r');
    await p.types(ctrl('C'));
    expect(p.screen.text).toMatch(/\nsleep 100\n\^C\nroot@node1:~#$/);
    expect(await p.runs('jobs; echo none')).toBe('none\n');
  });
  test('a busy loop leaves another terminal alone', async () => {
    const busy = await sit();
    await busy.types('while :; do :; done\r', 50 * MS);
    const p = await sit();
    const before = lab.world.clock.now;
    expect(await p.runs('docker ps -q; echo done')).toBe('done\n');
    expect(lab.world.clock.now - before).toBeLessThan(2 * SECOND);
    await busy.types(ctrl('C'), 50 * MS);
    expect(busy.toCursor()).toMatch(/\^C\nroot@node1:~# $/);
  });
});

describe('terminals of containers', () => {
  test('busybox sh', async () => {
    const p = await sit();
    await p.types('docker run -it --rm busybox sh\r');
    await p.sees(/\n\/ # $/);
    expect(await p.runs('tty', /# $/)).toBe('/dev/pts/0\n');
    expect(await p.runs('ip addr show eth0', /# $/)).toMatch(/ inet 172\.17\.0\.\d+\/16 brd 172\.17\.255\.255 /);
    await p.types('ping -c 1 172.17.0.1\r', SECOND);
    await p.sees(/1 packets transmitted, 1 packets received, 0% packet loss\n[^\n]+\n\/ # $/);
    await p.types('exit 3\r');
    await p.sees(/root@node1:~# $/);
    expect(await p.runs('echo $?')).toBe('3\n');
  });
  test('bash of training/webapp: its own name, size and editing', async () => {
    const p = await sit();
    await p.types('docker run -it --name box training/webapp bash\r');
    await p.sees(/root@[0-9a-f]{12}:\/opt\/webapp# $/);
    const prompt = /:\/opt\/webapp# $/;
    const id = /root@([0-9a-f]{12})/.exec(p.line)?.[1];
    expect(await p.runs('hostname; stty size; tty', prompt)).toBe(`${id}\n24 80\n/dev/pts/0\n`);
    expect(await p.runs('vi x', prompt)).toBe('bash: vi: command not found\n');
    await p.types(`ech\to "x${LEFT}y"\r`);
    p.terminal.pty.resize({ cols: 100, rows: 30 });
    p.screen.resize(100, 30);
    await p.types(ctrl('C'), 100 * MS);
    expect(await p.runs('stty size', prompt)).toBe('30 100\n');
    await p.types(ctrl('D'));
    await p.sees(/\nexit\nroot@node1:~# $/);
    await p.runs('docker rm box');
  });
  test('exec, attach, and the keys that detach', async () => {
    const p = await sit();
    await p.runs('docker run -d --name web training/webapp');
    await p.types('docker exec -it web sh\r');
    await p.sees(/\n# $/);
    expect(await p.runs('hostname | wc -c', /# $/)).toBe('13\n');
    await p.types('exit\r');
    await p.sees(/node1:~# $/);
    await p.types('docker run -it --name box busybox sh\r');
    await p.sees(/\/ # $/);
    await p.types(`${ctrl('P')}${ctrl('Q')}`);
    await p.sees(/root@node1:~# $/);
    await p.types('docker attach box\r', 200 * MS);
    await p.types('\recho still $((6*7))\r');
    await p.sees(/still 42\n\/ # $/);
    await p.types(`${ctrl('P')}${ctrl('Q')}`);
    await p.sees(/read escape sequence\nroot@node1:~# $/);
    expect(await p.runs("docker inspect -f '{{.State.Status}}' box")).toBe('running\n');
    await p.runs('docker rm -f box web');
  });
});

describe('a day at the terminal', () => {
  test('sudo runs the command as it is', async () => {
    const p = await sit();
    expect(await p.runs('sudo docker ps -q; echo $?')).toBe('0\n');
    expect(await p.runs('sudo sh -c "exit 7"; echo $?')).toBe('7\n');
    expect(await p.runs('sudo nosuch; echo $?')).toBe('sudo: nosuch: command not found\n1\n');
    expect(await p.runs('sudo FOO=bar printenv FOO')).toBe('bar\n');
    expect(await p.runs('sudo -u www-data whoami >/dev/null; sudo cd / 2>&1 | head -n 1')).toBe(
      'sudo: cd: command not found\n',
    );
    await p.types('sudo sleep 50\r', 50 * MS);
    await p.types(ctrl('C'));
    expect(p.screen.text).toMatch(/sudo sleep 50\n\^C\nroot@node1:~#$/);
  });
  test('what is not installed', async () => {
    const p = await sit();
    for (const name of ['vi', 'man', 'apt-get']) {
      expect(await p.runs(`${name} docker`)).toBe(`-bash: ${name}: command not found\n`);
      expect(await p.runs('echo $?')).toBe('127\n');
    }
  });
  test('a program that only has a name says so', async () => {
    const p = await sit();
    expect(await p.runs('docker run --rm ubuntu tar; echo $?')).toBe(
      'tar: this laboratory does not have this program\n127\n',
    );
    expect(await p.runs("echo abc | egrep 'a|x'; nproc")).toBe(
      'egrep: warning: egrep is obsolescent; using grep -E\nabc\n2\n',
    );
  });
  test('ls and grep are coloured on a terminal only', async () => {
    const p = await sit();
    const from = p.raw.length;
    await p.runs('ls -d /etc; echo abc | grep b');
    expect(p.raw.slice(from)).toContain('\x1b[01;34m/etc\x1b[0m');
    expect(p.raw.slice(from)).toContain('a\x1b[01;31m\x1b[Kb\x1b[m\x1b[Kc');
    expect(await p.runs('ls -d /etc | cat; echo abc | grep b | cat')).toBe('/etc\nabc\n');
  });
  test('a loop that starts containers, and one command that removes them', async () => {
    const p = await sit();
    const made = await p.runs('for i in 1 2 3; do docker run -d --name w$i -P training/webapp; done');
    expect(made).toMatch(/^([0-9a-f]{64}\n){3}$/);
    expect(await p.runs("docker ps --format '{{.Names}} {{.Image}}' | sort")).toBe(
      'w1 training/webapp\nw2 training/webapp\nw3 training/webapp\n',
    );
    expect((await p.runs('docker ps | grep w2')).split('\n')).toHaveLength(2);
    expect(await p.runs('docker rm -f $(docker ps -aq) | wc -l')).toBe('3\n');
  });
  test('docker logs -f through grep, live', async () => {
    const p = await sit();
    await p.runs('docker run -d --name web -p 8099:5000 training/webapp');
    await p.types(`${ctrl('L')}docker logs -f web 2>&1 | grep GET\r`, 200 * MS);
    expect(p.screen.text).toMatch(/grep GET$/);
    await lab.run('node1', 'curl -s localhost:8099');
    await p.sees('"GET / HTTP/1.1" 200 -');
    await p.types(ctrl('C'));
    expect(p.toCursor()).toMatch(/\^C\nroot@node1:~# $/);
    await p.runs('docker rm -f web');
  });
  test('help, images and errors at 80 columns', async () => {
    const p = await sit();
    expect(await p.runs('docker run --help | head -n 1')).toBe(
      'Usage:  docker run [OPTIONS] IMAGE [COMMAND] [ARG...]\n',
    );
    const images = await p.runs('docker images');
    expect(images.split('\n')[0]).toMatch(/^REPOSITORY +TAG +IMAGE ID +CREATED +SIZE$/);
    for (const line of images.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(await p.runs('docker pull nginx; echo $?')).toMatch(
      /^Using default tag: latest\nError response from daemon: [^\n]+\n1\n$/,
    );
    expect(await p.runs('yes | head -c 1M | wc -c')).toBe('1048576\n');
  });
});
