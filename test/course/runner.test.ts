/** The course of a lesson: steps, questions, hints, failures, and traffic that counts from an earlier step. */
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { type Evidence, NO_TRAFFIC } from '../../src/course/evidence.ts';
import { LessonRunner } from '../../src/course/runner.ts';
import { lessonSchema } from '../../src/course/schema.ts';
import type { Journey, ViewCall, ViewFrame } from '../../src/lab/view.ts';
import type { NfRuleState } from '../../src/linux/kernel/netadmin.ts';

const both = { en: 'x', zh: 'x' };
const runner = (steps: unknown, done: string[] = []) =>
  new LessonRunner(
    v.parse(lessonSchema, {
      id: 'x',
      title: both,
      version: 1,
      minutes: 1,
      objectives: [both],
      engine: 'x',
      terminals: [{ machine: 'node1', title: both }],
      steps,
    }),
    done,
  );

let seq = 0;
const call = (path: string): ViewCall => ({
  seq: seq++,
  time: 0,
  machine: 'node1',
  method: 'GET',
  path,
  query: '',
  status: 200,
  open: false,
});

/** What the lab shows: the names of its containers, calls, a rule's counter. */
function news(names: readonly string[] = [], calls: readonly string[] = [], packets = 0): Evidence {
  const containers = names.map((name) => ({
    id: name,
    name,
    image: 'busybox',
    state: 'running',
    links: [],
    ports: [],
    networks: [{ name: 'bridge', ip: '172.17.0.2' }],
    attachments: ['bridge'],
    listening: [],
  }));
  const made: Evidence = {
    view: { time: 0, machines: [{ name: 'node1', links: [], networks: [], listening: [], containers }] },
    ...NO_TRAFFIC,
    calls: calls.map(call),
    engine: async () => undefined,
    net: () => undefined,
    file: () => undefined,
    rules: () => [{ rule: { modules: [] }, handle: 1, packets, bytes: 0 } satisfies NfRuleState],
    probe: async () => 'silent',
    answered: () => false,
    since: () => made,
  };
  return made;
}
const has = (name: string) => ({ container: { name } });
const states = (r: LessonRunner) => r.progress.map((p) => p.state);

it('wants frames only while something that is judged looks at them', async () => {
  const r = runner([
    { id: 'one', check: { container: { name: 'a' } } },
    { id: 'two', check: { container: { name: 'b' } } },
    { id: 'three', check: { any: [{ since: { step: 'two', check: { frame: { machine: 'node1' } } } }] } },
  ]);
  const wants: boolean[] = [r.wantsFrames];
  for (const names of [[], ['a'], ['a', 'b']]) {
    await r.observe(news(names));
    wants.push(r.wantsFrames);
  }
  expect(wants).toEqual([false, false, true, true]);
  const asks = (is: unknown) =>
    runner([{ id: 'q', check: { answer: 'n' }, answer: [{ id: 'n', type: 'number', is }] }]);
  for (const [is, want] of [
    [{ frame: { machine: 'node1' }, show: 'count' }, true],
    [{ container: { name: 'a' }, show: 'count' }, false],
  ] as const) {
    const q = asks(is);
    await q.observe(news());
    expect(q.wantsFrames).toBe(want);
  }
});

describe('steps', () => {
  it('open one after the other, or when what they need is done', async () => {
    const r = runner([
      { id: 'a', check: has('a') },
      { id: 'b', check: has('b') },
      { id: 'c', needs: ['a'], check: has('c') },
    ]);
    await r.observe(news());
    expect(states(r)).toEqual(['open', 'locked', 'locked']);
    await r.observe(news(['a']));
    expect(states(r)).toEqual(['done', 'open', 'open']);
    await r.observe(news(['c']));
    expect(states(r)).toEqual(['done', 'open', 'done']);
    await r.observe(news(['b']));
    expect(r.finished).toBe(true);
  });

  it('do not count a packet that was made before they opened, though its way is shown again', async () => {
    const lost = (packet: number): Journey => ({
      packet,
      title: '',
      steps: [{ kind: 'dropped', reason: 20, time: 0, packet, machine: 'node1' }],
    });
    const r = runner([
      { id: 'a', check: { drop: { reason: 'rule' } } },
      { id: 'b', check: { drop: { reason: 'rule' } } },
    ]);
    await r.observe(news());
    await r.observe({ ...news(), journeys: [lost(7)] });
    expect(states(r)).toEqual(['done', 'open']);
    await r.observe({ ...news(), journeys: [lost(7)] });
    expect(states(r)).toEqual(['done', 'open']);
    await r.observe({ ...news(), journeys: [lost(7), lost(8)] });
    expect(states(r)).toEqual(['done', 'done']);
  });

  it('are taken up where they were left', async () => {
    const r = runner(
      [
        { id: 'a', check: has('a') },
        { id: 'b', check: has('b') },
      ],
      ['a', 'gone'],
    );
    await r.observe(news());
    expect(states(r)).toEqual(['done', 'open']);
  });
});

describe('drops', () => {
  const dropped = (packet: number): Journey => ({
    packet,
    title: '',
    steps: [{ kind: 'dropped', time: 0, machine: 'node1', reason: 20 } as Journey['steps'][number]],
  });

  it('count from the beginning of the step, though a journey is shown for as long as it may go on', async () => {
    const r = runner([
      { id: 'a', check: has('a') },
      { id: 'b', check: { drop: { reason: 'rule' } } },
    ]);
    await r.observe(news());
    await r.observe({ ...news(['a']), journeys: [dropped(7)] });
    await r.observe({ ...news(), journeys: [dropped(7)] });
    expect(states(r)).toEqual(['done', 'open']);
    await r.observe({ ...news(), journeys: [dropped(7), dropped(8)] });
    expect(states(r)).toEqual(['done', 'done']);
  });
});

describe('hints and failures', () => {
  it('show while their check is true, and not once the step is done', async () => {
    const r = runner([
      {
        id: 'a',
        check: has('a'),
        hint: [{ id: 'h', when: has('b') }],
        fail: [{ id: 'f', when: has('c'), back: 'restart' }],
      },
    ]);
    await r.observe(news());
    const seen = () => r.progress.map((p) => [...p.hints, ...p.fails])[0];
    await r.observe(news(['b']));
    expect(seen()).toEqual(['h']);
    await r.observe(news(['c']));
    expect(seen()).toEqual(['f']);
    await r.observe(news(['a', 'b', 'c']));
    expect(seen()).toEqual([]);
  });
});

describe('questions', () => {
  const typed = {
    id: 'q',
    type: 'address',
    is: { container: { name: 'web' }, show: 'ip' },
    wrong: [{ id: 'name', is: 'web' }],
  };
  const step = (question: object) => [{ id: 'a', check: { all: [{ answer: 'q' }, has('web')] }, answer: [question] }];
  const answers = (r: LessonRunner) => r.progress[0]?.answers.q;

  it('an answer that comes while another is judged is judged next, not lost', async () => {
    const r = runner(step({ id: 'q', type: 'text', is: { inspect: { get: '/info', path: 'Name' } } }));
    await r.observe(news(['web']));
    r.answer('a', 'q', 'node2');
    const engine = async () => {
      if (answers(r)?.given === 'node2') r.answer('a', 'q', 'node1');
      return { Name: 'node1' };
    };
    await r.observe({ ...news(), engine });
    await r.observe({ ...news(), engine });
    expect(answers(r)).toMatchObject({ given: 'node1', verdict: 'right' });
  });

  it('typed answers are held against the lab, wrong ones get their words', async () => {
    const r = runner(step(typed));
    await r.observe(news(['web']));
    for (const [given, verdict, words] of [
      ['web', 'wrong', 'name'],
      ['10.0.0.1', 'wrong', ''],
      [' 172.17.0.2 ', 'right', undefined],
    ] as const) {
      r.answer('a', 'q', given);
      expect(answers(r)).toEqual({ given, verdict: 'waiting' });
      await r.observe(news(['web']));
      expect(answers(r)).toMatchObject({ verdict, ...(words !== undefined && { words }) });
      expect(r.finished).toBe(verdict === 'right');
    }
  });

  const verdictOn = async (type: string, is: string | number, given: string): Promise<string | undefined> => {
    const r = runner(step({ id: 'q', type, is }));
    await r.observe(news());
    r.answer('a', 'q', given);
    await r.observe(news());
    return answers(r)?.verdict;
  };

  it.each([
    ['number', 80, '080'],
    ['number', 32769, '0.0.0.0:32769'],
    ['number', 8080, '8080/tcp'],
    ['number', 1450, '1,450 bytes'],
    ['number', 20, '/20'],
    ['number', 3, '３个'],
    ['text', 'Docker-Proxy', ' docker-proxy'],
    ['text', 'docker-proxy', '"docker-proxy",'],
    ['text', 'docker-proxy', '/usr/bin/docker-proxy'],
    ['text', '/web', '“/web”'],
    ['text', 'docker0', 'docker0:'],
    ['text', '7a:0b:00:00:00:01', '7A-0B-00-00-00-01'],
    ['text', '172.19.0.0/16', '172.19.0.0 / 16'],
    ['address', 'fd00::1', 'FD00:0::1'],
    ['address', 'fd00::1', '[fd00::1]:80'],
    ['address', '172.17.0.2', '172.17.0.2/16'],
    ['address', '172.17.0.2', 'http://172.17.0.2:5000/'],
    ['address', '172.17.0.2', '172.17.0.2.8000'],
    ['address', '192.168.56.1', '192.168.56.1#53'],
    ['address', '172.17.0.2', '１７２．１７．０．２。'],
  ] as const)('of type %s, %s may be typed as %s', async (type, is, given) => {
    expect(await verdictOn(type, is, given)).toBe('right');
  });

  it.each([
    ['number', 80, '8080'],
    ['number', 3, ''],
    ['number', 3, 'three'],
    ['number', 1400, '1400 1500'],
    ['text', '/web', 'web'],
    ['text', 'FORWARD', 'DOCKER-FORWARD'],
    ['text', '172.19.0.0/16', '172.19.0.0/24'],
    ['address', '172.17.0.2', '172.17.0.20'],
    ['address', '172.17.0.2', '172.17.0'],
  ] as const)('of type %s, %s is not what %s says', async (type, is, given) => {
    expect(await verdictOn(type, is, given)).toBe('wrong');
  });

  it('a prediction counts whatever it says, and is judged with the other goals', async () => {
    const r = runner(step({ id: 'q', type: 'choice', predict: true, choices: ['x', 'y'], is: 'x' }));
    await r.observe(news());
    r.answer('a', 'q', 'y');
    await r.observe(news());
    expect(r.progress[0]).toMatchObject({ goals: [true, false], answers: { q: { verdict: 'waiting' } } });
    await r.observe(news(['web']));
    expect(r.progress[0]).toMatchObject({ state: 'done', answers: { q: { verdict: 'wrong', words: 'y' } } });
  });

  it('are refused when there are none', () => {
    expect(() => runner(step(typed)).answer('a', 'other', 'x')).toThrow('a has no question other');
  });
});

describe('since', () => {
  const later = (check: unknown) => [
    { id: 'a', check: has('a') },
    { id: 'b', check: { since: { step: 'a', check } } },
  ];

  it('counts traffic of an earlier step, seen before its own step opens', async () => {
    const r = runner(later({ call: { path: '/info' } }));
    await r.observe(news());
    await r.observe(news([], ['/info']));
    await r.observe(news(['a']));
    await r.observe(news());
    expect(states(r)).toEqual(['done', 'done']);
    const without = runner([
      { id: 'a', check: has('a') },
      { id: 'b', check: { call: { path: '/info' } } },
    ]);
    await without.observe(news());
    await without.observe(news(['a'], ['/info']));
    await without.observe(news());
    expect(states(without)).toEqual(['done', 'open']);
  });

  it('remembers what was seen when more frames have crossed than are kept', async () => {
    const frame = (src: string): ViewFrame => ({
      seq: seq++,
      time: 0,
      machine: 'node1',
      ifname: 'eth0',
      link: 1,
      direction: 'In',
      proto: 'TCP',
      src,
      dst: '',
      length: 60,
      summary: '',
      packet: 1,
    });
    const r = runner(later({ frame: { src: '10.0.0.1' } }));
    await r.observe(news());
    await r.observe({ ...news(), frames: [frame('10.0.0.1')] });
    await r.observe({ ...news(), frames: Array.from({ length: 5000 }, () => frame('10.0.0.2')) });
    await r.observe(news(['a']));
    await r.observe(news());
    expect(states(r)).toEqual(['done', 'done']);
  });

  it('compares counters with those at the start of that step', async () => {
    const moved = { rule: { table: 'nat', chain: 'DOCKER', moved: true } };
    const r = runner(later(moved));
    await r.observe(news([], [], 3));
    await r.observe(news([], [], 3));
    await r.observe(news(['a'], [], 4));
    await r.observe(news([], [], 4));
    expect(states(r)).toEqual(['done', 'done']);
    const still = runner(later(moved));
    for (const names of [[], ['a'], [], []]) await still.observe(news(names, [], 3));
    expect(states(still)).toEqual(['done', 'open']);
    const without = runner([
      { id: 'a', check: has('a') },
      { id: 'b', check: moved },
    ]);
    await without.observe(news([], [], 3));
    await without.observe(news(['a'], [], 4));
    await without.observe(news([], [], 4));
    expect(states(without)).toEqual(['done', 'open']);
  });
});
