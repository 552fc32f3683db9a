/** The worker: the lab at play, and the faces that it shows the page. One file for each concern; this one puts them together. */

import { plans } from 'drydock:plans';
import * as Comlink from 'comlink';
import coreUrl from '../../../dist/core.wasm?url';
import { LessonRunner } from '../../course/runner.ts';
import type { LessonPlan } from '../../course/schema.ts';
import { createLab } from '../../lab/create.ts';
import type { Batch, LabWorker } from './api.ts';
import { fail, turn } from './host.ts';
import { lazily } from './lazily.ts';
import { Play, type Playback } from './play.ts';
import { Time } from './time.ts';

let wasm: ArrayBuffer;
let plan: LessonPlan;
let sink: (batch: Batch) => void;
let play: Play;
let terminals = 0;
let watched = false;

async function makePlay(anew: boolean): Promise<Play> {
  const lab = await createLab({ wasm, turn }, { seed: plan.seed, hosts: plan.machines });
  for (const { machine, run } of plan.setup) await lab.run(machine, run);
  const made = new Play(lab, new LessonRunner(plan), sink, anew);
  made.timeline = () => time.timeline();
  if (watched) await made.watch();
  return made;
}

async function replace(playback: Playback): Promise<void> {
  await play.stop();
  const { speed } = play;
  play = await makePlay(true);
  play.speed = speed;
  const over = play.play(playback);
  play.run().catch(fail);
  await over;
}

const time = new Time({
  get play() {
    return play;
  },
  replace,
});

const api: LabWorker = {
  async start(lesson, listener, packed) {
    const found = plans.find((p) => p.id === lesson);
    if (!found) throw new Error(`no lesson ${lesson}`);
    plan = found;
    sink = listener;
    wasm = await (await fetch(coreUrl)).arrayBuffer();
    const log = packed && (await (await import('./log.ts')).unpackLog(packed, plan)).log;
    play = await makePlay(log !== undefined);
    if (log) {
      terminals = Math.max(0, ...log.entries.map((e) => ('terminal' in e ? e.terminal + 1 : 0)));
      void play.play({ log });
    }
    play.run().catch(fail);
  },
  terminals: {
    async open(machine, title, cols, rows, again) {
      const terminal = again ?? terminals++;
      play.do({ kind: 'open', terminal, machine, title, cols, rows });
      return terminal;
    },
    async shellOf(machine, container) {
      const { shellOf } = await import('./shells.ts');
      return shellOf(play.lab, machine, container);
    },
    input(terminal, bytes) {
      time.typed();
      play.do({ kind: 'input', terminal, bytes });
    },
    resize: (terminal, cols, rows) => play.do({ kind: 'resize', terminal, cols, rows }),
    close: (terminal) => play.do({ kind: 'close', terminal }),
    drawn: (terminal, bytes) => play.drawn(terminal, bytes),
  },
  time,
  async watch() {
    watched = true;
    await play.watch();
  },
  packets: lazily(
    () => play,
    async (at) => new (await import('./packets.ts')).Packets(at.lab, () => at.tracing),
  ),
  tables: lazily(
    () => play,
    async (at) => new (await import('./tables.ts')).Tables(at.lab),
  ),
  log: {
    async pack() {
      const { packLog } = await import('./log.ts');
      return packLog(play, plan);
    },
  },
};

Comlink.expose(api);
