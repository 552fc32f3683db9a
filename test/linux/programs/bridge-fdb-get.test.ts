/** Texts and codes as bridge of iproute2 gave them on Linux. */
import { describe, expect, it } from 'vitest';
import { makeMachine } from './machine.ts';

const MAC = '02:00:00:00:00:09';
const ENTRY = `${MAC} dev vethweb master docker0 static\n`;

describe('bridge fdb get', () => {
  it('shows the one entry of an address in a bridge, also when asked through a port', async () => {
    const m = await makeMachine();
    expect((await m.sh(`bridge fdb add ${MAC} dev vethweb master static`)).stderr).toBe('');
    for (const words of [`${MAC} br docker0`, `to ${MAC} dev vethweb master`, `${MAC} dev vethcli`])
      expect((await m.sh(`bridge fdb get ${words}`)).stdout).toBe(ENTRY);
    expect((await m.sh(`bridge -s fdb get ${MAC} br docker0`)).stdout).toBe(
      `${MAC} dev vethweb used 0/0 master docker0 static\n`,
    );
    expect(JSON.parse((await m.sh(`bridge -j fdb get ${MAC} br docker0`)).stdout)).toMatchObject([
      { mac: MAC, ifname: 'vethweb', master: 'docker0', state: 'static' },
    ]);
  });

  it('says what is wrong', async () => {
    const m = await makeMachine();
    const required = 'Device or master and address are required arguments.\n';
    const errors: readonly (readonly [string, string, number])[] = [
      ['02:00:00:00:00:08 br docker0', 'Error: Fdb entry not found.\n', 254],
      ['br docker0', required, 255],
      [MAC, required, 255],
      ['foo br docker0', 'Invalid mac address foo\n', 255],
      [`${MAC} dev nope`, 'Cannot find device "nope"\n', 255],
      [`${MAC} dev docker0`, 'Error: Device is not a bridge port.\n', 254],
      [`${MAC} br nope`, 'Cannot find bridge device "nope"\n', 255],
      [
        `${MAC} to 02:00:00:00:00:08 br docker0`,
        'Error: either "to" is duplicate, or "02:00:00:00:00:08" is a garbage.\n',
        255,
      ],
    ];
    for (const [words, text, code] of errors) {
      const r = await m.sh(`bridge fdb get ${words}`);
      expect([r.stderr, r.code]).toEqual([text, code]);
    }
  });
});
