/** What conntrack 1.4.9 printed on Linux 6.18 for the same doings, ports and ids aside. */
import { describe, expect, it } from 'vitest';
import type { Process } from '../../../src/linux/kernel/machine.ts';
import { SIGNALS } from '../../../src/linux/kernel/signal.ts';
import { makeMachine, type TestMachine } from './machine.ts';

/** A running conntrack -E, and what it has printed. */
interface Watcher {
  /** ^C, and then all it printed. */
  end(): Promise<{ out: string; err: string; code: number }>;
}

function watch(m: TestMachine, words: string): Watcher {
  const [outR, outW] = m.kernel.pipe();
  const [errR, errW] = m.kernel.pipe();
  const p: Process = m.start(['conntrack', '-E', ...words.split(' ').filter((w) => w !== '')], {
    fds: [m.kernel.pipe()[0], outW, errW],
  });
  return {
    async end() {
      m.kernel.kill(p.pid, SIGNALS.SIGINT);
      const [status, out, err] = await m.until(Promise.all([p.exited, m.drain(outR), m.drain(errR)]));
      return { out, err, code: status.code };
    },
  };
}

/** Nothing is tracked where no rule asks for it. */
async function tracking(): Promise<TestMachine> {
  const m = await makeMachine();
  await m.sh('iptables -A INPUT -m conntrack --ctstate NEW -j ACCEPT');
  return m;
}

/** Ports and identifiers are of the day. */
const plain = (s: string): string =>
  s
    .replace(/\b([sd]port)=\d{5}\b/g, '$1=N')
    .replace(/\bid=\d+/g, 'id=N')
    .replace(/portid=\d+/g, 'portid=P');

describe('conntrack -E', () => {
  it('tells of a connection from its first segment to its end', async () => {
    const m = await tracking();
    const all = watch(m, '');
    const ends = watch(m, '-e NEW,DESTROY -o id,timestamp,extended -p tcp');
    const other = watch(m, '-d 172.17.0.9');
    m.start(['nc', '-l', '-p', '7000'], {
      netns: m.spaces.web as number,
      fds: [m.kernel.pipe()[0], m.kernel.pipe()[1], m.kernel.pipe()[1]],
    });
    await m.pass(1e8);
    await m.run(['nc', '-q0', '172.17.0.2', '7000'], { stdin: 'hello\n' });
    await m.sh('nc -w 1 172.17.0.2 7777');
    await m.pass(130e9);
    const { out, err, code } = await all.end();
    const flow = 'src=172.17.0.1 dst=172.17.0.2 sport=N dport=7000';
    const back = 'src=172.17.0.2 dst=172.17.0.1 sport=7000 dport=N';
    const refused =
      'src=172.17.0.1 dst=172.17.0.2 sport=N dport=7777 [UNREPLIED] src=172.17.0.2 dst=172.17.0.1 sport=7777 dport=N';
    expect(plain(out)).toBe(`    [NEW] tcp      6 120 SYN_SENT ${flow} [UNREPLIED] ${back}
 [UPDATE] tcp      6 60 SYN_RECV ${flow} ${back}
 [UPDATE] tcp      6 432000 ESTABLISHED ${flow} ${back} [ASSURED]
 [UPDATE] tcp      6 120 FIN_WAIT ${flow} ${back} [ASSURED]
 [UPDATE] tcp      6 30 LAST_ACK ${flow} ${back} [ASSURED]
 [UPDATE] tcp      6 120 TIME_WAIT ${flow} ${back} [ASSURED]
    [NEW] tcp      6 120 SYN_SENT ${refused}
[DESTROY] tcp      6 120 CLOSE ${refused}
[DESTROY] tcp      6 TIME_WAIT ${flow} ${back} [ASSURED]
`);
    expect([err, code]).toEqual(['conntrack v1.4.9 (conntrack-tools): 9 flow events have been shown.\n', 0]);
    const few = await ends.end();
    const lines = few.out.trimEnd().split('\n');
    expect(lines.length).toBe(4);
    for (const l of lines) expect(l).toMatch(/^\[\d{10}\.\d{6}\]\t( {4}\[NEW\]|\[DESTROY\]) ipv4 {5}2 tcp .* id=\d+$/);
    expect((await other.end()).out).toBe('');
  });

  it('names who changed or deleted one by hand', async () => {
    const m = await tracking();
    const all = watch(m, '-p icmp');
    await m.sh('ping -c 1 172.17.0.2');
    await m.sh('conntrack -U -p icmp -m 5');
    await m.sh('conntrack -F');
    const flow = 'src=172.17.0.1 dst=172.17.0.2 type=8 code=0 id=N';
    const back = 'src=172.17.0.2 dst=172.17.0.1 type=0 code=0 id=N';
    expect(plain((await all.end()).out)).toBe(
      `    [NEW] icmp     1 30 ${flow} [UNREPLIED] ${back}
 [UPDATE] icmp     1 30 ${flow} ${back}
 [UPDATE] icmp     1 29 ${flow} ${back} mark=5 [USERSPACE] portid=P progname=conntrack
[DESTROY] icmp     1 29 ${flow} ${back} mark=5 [USERSPACE] portid=P progname=conntrack
`.replace(/ 29 /g, ' 30 '),
    );
  });
});

describe('conntrack', () => {
  const HINT = "Try `conntrack -h' or 'conntrack --help' for more information.\n";
  for (const [words, text, hint] of [
    ['-L -p foo', "`foo' unsupported protocol", true],
    ['-L -f ipv5', "`ipv5' unsupported protocol", true],
    ['-L --state ESTABLISHED', "unknown option `--state'", true],
    ['-L -p tcp --state FOO', "unknown TCP state `FOO'", true],
    ['-L --sport 80', "unknown option `--sport'", true],
    ['-L -s foo', "Invalid IP address `foo'", true],
    ['-L -u FOO', "Bad parameter `FOO'", true],
    ['-L -o foo', "Bad parameter `foo'", true],
    ['-E -e FOO', "Bad parameter `FOO'", true],
    ['-L -D', 'Invalid commands combination', true],
    ['-L foo', "unknown type `foo'", true],
    ['-L -m x', "unexpected value 'x' with -m option", false],
    ['-F -p tcp', "Illegal option `--protonum' with this command", true],
  ] as const)
    it(`refuses ${words}`, async () => {
      const m = await makeMachine();
      expect(await m.sh(`conntrack ${words}`)).toMatchObject({
        code: 2,
        stdout: '',
        stderr: `conntrack v1.4.9 (conntrack-tools): ${text}\n${hint ? HINT : ''}`,
      });
    });

  it('deletes all when nothing chooses, and says when there was none', async () => {
    const m = await tracking();
    await m.sh('ping -c 1 172.17.0.2');
    expect((await m.sh('conntrack -L -s 172.17.0.0/16 -o id,extended')).stdout).toMatch(
      /^ipv4 {5}2 icmp .* mark=0 use=1 id=\d+\n$/,
    );
    expect((await m.sh('conntrack -D')).stderr).toBe(
      'conntrack v1.4.9 (conntrack-tools): 1 flow entries have been deleted.\n',
    );
    expect(await m.sh('conntrack -D')).toMatchObject({
      code: 1,
      stderr: 'conntrack v1.4.9 (conntrack-tools): 0 flow entries have been deleted.\n',
    });
  });
});

describe('conntrack -G', () => {
  it('shows the one entry, or says that there is none', async () => {
    const m = await tracking();
    await m.sh('ping -c 1 172.17.0.1', 'web');
    const r = await m.sh('conntrack -G -p icmp -s 172.17.0.2 -d 172.17.0.1');
    expect(plain(r.stdout)).toMatch(/^icmp +1 \d+ src=172\.17\.0\.2 dst=172\.17\.0\.1 /);
    expect(r.stderr).toBe('conntrack v1.4.9 (conntrack-tools): 1 flow entries have been shown.\n');
    expect(await m.sh('conntrack -G -p icmp -s 192.0.2.1')).toMatchObject({
      code: 1,
      stderr: "conntrack v1.4.9 (conntrack-tools): Operation failed: such conntrack doesn't exist\n",
    });
    expect((await m.sh('conntrack -V')).stdout).toBe('conntrack v1.4.9 (conntrack-tools)\n');
  });
});
