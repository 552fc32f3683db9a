/** The recorded captures of a real engine, scenario by scenario: which of them this lab repeats frame by frame. */
import { beforeAll, describe, expect, it } from 'vitest';
import { judge, type Outcome, play, SCENARIOS } from './packets.ts';

/**
 * Captures that agree, frame by frame on each interface; more may, none of these may be lost. The real docker-proxy
 * passes the answer's two segments on as two (b, f) or as one (e, g), as they race: here they are always two.
 */
const HELD: readonly string[] = [
  'a-host-to-published-hostip.host',
  'a-host-to-published-hostip.web',
  'b-host-to-published-localhost.host',
  'b-host-to-published-localhost.web',
  'c-host-to-container-ip.host',
  'c-host-to-container-ip.web',
  'd-lan-to-published.host',
  'd-lan-to-published.web',
  'e-container-to-published-hostip-same-bridge.web',
  'g-container-to-published-other-bridge.web',
  'h-ping-same-bridge.host',
  'h-ping-same-bridge.cli',
  'h-ping-same-bridge.web',
  'i-container-to-outside.host',
  'i-container-to-outside.cli',
  'o-ping-ttl1.host',
  'o-ping-ttl1.cli',
  'q-tcp-closed-port.host',
  'q-tcp-closed-port.cli',
  'q-tcp-closed-port.web',
  'r-isolated-networks.host',
  'r-isolated-networks.aa',
  's-arp-no-such-host.host',
  's-arp-no-such-host.cli',
  't-ping-gateway.host',
  't-ping-gateway.cli',
  'v-tcp-closed-host-port.host',
  'v-tcp-closed-host-port.cli',
  'x-container-start.host',
];

describe('captures', () => {
  let outcomes: Outcome[];
  const named = (name: string): Outcome => {
    const o = outcomes.find((x) => `${x.scenario}.${x.place}` === name);
    if (!o) throw new Error(`there is no capture ${name}`);
    return o;
  };

  beforeAll(async () => {
    outcomes = await play();
    const table = outcomes.map((o) => {
      const v = judge(o);
      const verdict = v.agree ? 'agree' : v.agreeByInterface ? 'agree on each interface' : v.difference;
      return `${o.scenario}.${o.place}`.padEnd(52) + verdict;
    });
    console.log(table.join('\n'));
  });

  it('finds the recordings', () => {
    expect(SCENARIOS.size).toBeGreaterThan(10);
    for (const o of outcomes) expect(o.real.length).toBeGreaterThan(0);
  });

  for (const name of HELD)
    it(name, () => {
      const v = judge(named(name));
      expect(v.agreeByInterface ? '' : v.difference).toBe('');
    });

  it('can fail: a capture with a frame less does not agree', () => {
    const o = named(HELD[0] as string);
    const cut = { ...o, ours: o.ours.slice(1) };
    expect(judge(cut)).toMatchObject({ agree: false, agreeByInterface: false });
  });
});
