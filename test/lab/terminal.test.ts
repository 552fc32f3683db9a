/**
 * A learner at the lab's terminal: keys in, the screen read.
 * Texts are those of bash 5.3, Docker 28.5 and the tools of Debian on a terminal of 80 columns and 24 rows.
 */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Lab } from '../../src/lab/lab.ts';
import { ctrl, LEFT, Person } from '../person.ts';
import { makeLab } from '../rig.ts';

const MS = 1e6;
const SECOND = 1e9;

let lab: Lab;
beforeAll(async () => {
  lab = await makeLab();
});
beforeEach(() => lab.clean('node1'));

/** A fresh terminal in the common lab. */
const sit = (): Promise<Person> => Person.at(lab);

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
    expect(p.screen.text).toContain('^Z\n[1]+  Stopped                    sleep 100\n');
    expect(await p.runs('bg')).toBe('[1]+ sleep 100 &\n');
    expect(await p.runs('jobs')).toBe('[1]+  Running                    sleep 100 &\n');
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
  test('docker login asks for a name and, unseen, for a password', async () => {
    const p = await sit();
    p.press('docker login\r');
    await p.sees(/Username: $/);
    expect(p.screen.text).toContain('Failed to start web-based login - falling back to command line login...');
    p.press('me\r');
    await p.sees(/A Personal Access Token \(PAT\) can be used instead\.[\s\S]*Password: $/);
    p.press('secret\r');
    await p.sees(/unauthorized\n?: incorrect username or password\n.*# $/);
    expect(p.screen.all).not.toContain('secret');
    expect(await p.runs('stty -a | grep --color=never -o "[-]*echo "')).toBe('echo \n');
  });
  test('what is not installed', async () => {
    const p = await sit();
    for (const name of ['emacs', 'man', 'apt-get']) {
      expect(await p.runs(`${name} docker`)).toBe(`-bash: ${name}: command not found\n`);
      expect(await p.runs('echo $?')).toBe('127\n');
    }
  });
  test('a program that only has a name says so', async () => {
    const p = await sit();
    expect(await p.runs('docker run --rm ubuntu join; echo $?')).toBe(
      'join: this laboratory does not have this program\n127\n',
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
    expect(await p.runs('docker pull nosuchimage; echo $?')).toMatch(
      /^Using default tag: latest\nError response from daemon: [^\n]+\n1\n$/,
    );
    expect(await p.runs('yes | head -c 1M | wc -c')).toBe('1048576\n');
  });
});
