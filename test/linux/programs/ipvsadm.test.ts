import { describe, expect, it } from 'vitest';
import { makeMachine } from './machine.ts';

const TITLE = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
`;

async function balanced() {
  const m = await makeMachine();
  for (const line of [
    '-A -t 172.17.0.1:80 -s rr',
    '-a -t 172.17.0.1:80 -r 172.17.0.3:8000 -m',
    '-a -t 172.17.0.1:80 -r 172.17.0.2:8000 -m -w 3',
    '-A -f 256 -s wrr -p 360',
    '-a -f 256 -r 10.0.0.5 -m',
    '-A -u 172.17.0.1:53',
  ])
    expect(await m.sh(`ipvsadm ${line}`)).toMatchObject({ code: 0, stderr: '', stdout: '' });
  return m;
}

const LIST = `${TITLE}TCP  172.17.0.1:80 rr
  -> 172.17.0.2:8000              Masq    3      0          0         
  -> 172.17.0.3:8000              Masq    1      0          0         
UDP  172.17.0.1:53 wlc
FWM  256 wrr persistent 360
  -> 10.0.0.5:0                   Masq    1      0          0         
`;

describe('ipvsadm', () => {
  it('lists services and servers in order', async () => {
    const m = await balanced();
    expect((await m.sh('ipvsadm -Ln')).stdout).toBe(LIST);
    expect((await m.sh('ipvsadm -L -n -t 172.17.0.1:80')).stdout).toBe(LIST.split('UDP')[0]);
    expect((await m.sh('ipvsadm')).stdout).toContain('TCP  172.17.0.1:http rr\n');
  });

  it('saves what restore reads', async () => {
    const m = await balanced();
    const saved = (await m.sh('ipvsadm -Sn')).stdout;
    expect(saved).toBe(`-A -t 172.17.0.1:80 -s rr
-a -t 172.17.0.1:80 -r 172.17.0.2:8000 -m -w 3
-a -t 172.17.0.1:80 -r 172.17.0.3:8000 -m -w 1
-A -u 172.17.0.1:53 -s wlc
-A -f 256 -s wrr -p 360
-a -f 256 -r 10.0.0.5:0 -m -w 1
`);
    await m.sh('ipvsadm -C');
    expect((await m.sh('ipvsadm -Ln')).stdout).toBe(TITLE);
    expect(await m.run(['ipvsadm', '-R'], { stdin: saved })).toMatchObject({ code: 0, stderr: '' });
    expect((await m.sh('ipvsadm -Ln')).stdout).toBe(LIST);
  });

  it.each([
    ['-A -t 172.17.0.1:80', 255, 'Service already exists\n'],
    ['-E -t 172.17.0.1:81', 255, 'No such service\n'],
    ['-D -t 172.17.0.1:81', 255, 'No such service\n'],
    ['-A -t 172.17.0.1:82 -s foo', 255, 'Scheduler or persistence engine not found\n'],
    ['-A -t 172.17.0.1', 2, 'Zero port specified for non-persistent service\n'],
    ['-a -t 172.17.0.1:81 -r 1.2.3.4', 255, 'Service not defined\n'],
    ['-a -t 172.17.0.1:80 -r 172.17.0.2:8000 -m', 255, 'Destination already exists\n'],
    ['-d -t 172.17.0.1:80 -r 172.17.0.9:8000', 255, 'No such destination\n'],
    ['-a -t 172.17.0.1:80 -r foo', 2, 'illegal real server address[:port] specified\n'],
    ['-A -D -t 172.17.0.1:80', 2, 'multiple commands specified\n'],
  ])('%s is refused', async (line, code, stderr) => {
    const m = await balanced();
    expect(await m.sh(`ipvsadm ${line}`)).toMatchObject({ code, stderr });
  });

  it('sets the timeouts', async () => {
    const m = await makeMachine();
    expect((await m.sh('ipvsadm -L --timeout')).stdout).toBe('Timeout (tcp tcpfin udp): 900 120 300\n');
    await m.sh('ipvsadm --set 100 0 30');
    expect((await m.sh('ipvsadm -L --timeout')).stdout).toBe('Timeout (tcp tcpfin udp): 100 120 30\n');
  });

  it('counts what is balanced', async () => {
    const m = await makeMachine();
    await m.sh('ipvsadm -A -u 172.17.0.1:53 -s rr');
    await m.sh('ipvsadm -a -u 172.17.0.1:53 -r 172.17.0.3:53 -m');
    await m.run(['nc', '-u', '-w', '1', '172.17.0.1', '53'], { stdin: 'hello', request: { netns: m.spaces.web } });
    expect((await m.sh('ipvsadm -Ln --stats')).stdout).toBe(`IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes
  -> RemoteAddress:Port
UDP  172.17.0.1:53                       1        1        0       33        0
  -> 172.17.0.3:53                       1        1        0       33        0
`);
    expect((await m.sh('ipvsadm -Lnc')).stdout).toMatch(
      /^IPVS connection entries\npro expire state {7}source {13}virtual {12}destination\nUDP 0[45]:\d\d {2}UDP {9}172.17.0.2:\d+ +172.17.0.1:53 {6}172.17.0.3:53\n$/,
    );
    await m.sh('ipvsadm -Z');
    expect((await m.sh('ipvsadm -Ln --stats')).stdout).toMatch(/53 {23}0 {8}0 {8}0 {8}0 {8}0\n/);
  });
});
