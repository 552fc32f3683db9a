/** The worker: the lab at play, and the faces that it shows the page. One file for each concern; this one puts them together. */

import * as Comlink from 'comlink';
import type { LessonPlan } from '../../course/schema.ts';
import { createLab } from '../../lab/create.ts';
import type { Log } from '../../lab/log/entry.ts';
import type { Batch, LabWorker } from './api.ts';
import { fetchCore } from './core.ts';
import { fail, turn } from './host.ts';
import { lazily } from './lazily.ts';
import { noteOf } from './notes.ts';
import { Play, type Playback } from './play.ts';
import { Time } from './time.ts';
import { aborted } from './visits.ts';

let wasm: ArrayBuffer;
let plan: LessonPlan;
let sink: (batch: Batch) => void;
let play: Play;
let seed: number;
let terminals = 0;
let watched = false;

/** @param log that will be played in it */
async function makePlay(anew: boolean, log?: Log): Promise<Play> {
  const lab = await createLab({ wasm, turn }, { seed, hosts: plan.machines });
  for (const { machine, run } of plan.setup) await lab.run(machine, run);
  const made = new Play(lab, plan, sink, anew);
  if (log) await begin(made, log);
  made.timeline = () => time.timeline();
  if (watched) await made.watch();
  return made;
}

/** What a log needs before it can be played: the lesson, and what was done of it before. */
async function begin({ lesson }: Play, { entries: [first] }: Log): Promise<void> {
  const observer = await lesson.load();
  const note = first?.kind === 'note' ? noteOf(first.text) : undefined;
  if (!note || !('from' in note)) return;
  await (await import('./begin.ts')).solveBefore(observer, note.from);
  lesson.tell();
}

async function replace(playback: Playback): Promise<void> {
  await play.stop();
  const { speed } = play;
  play = await makePlay(true, playback.log);
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
  async start(lesson, listener, core, packed) {
    plan = lesson;
    sink = listener;
    wasm = core;
    const found = packed && (await (await import('./log.ts')).unpackLog(packed, plan));
    seed = found?.seed ?? plan.seed;
    play = await makePlay(found !== undefined, found?.log);
    if (found) {
      const { log, print } = found;
      terminals = Math.max(0, ...log.entries.map((e) => ('terminal' in e ? e.terminal + 1 : 0)));
      void play.play({ log, print });
    }
    play.run().catch(fail);
    return { epoch: Number(play.lab.options.epochNs / 1_000_000n) };
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
  lesson: {
    answer: (step, question, given) => play.note({ answer: { step, question, given } }),
    restart: (step) => time.restart(step),
    async catalogue() {
      const { catalogueOf } = await import('./catalogue.ts');
      return catalogueOf(play.lab);
    },
  },
  visits: {
    async visit(machine, visit) {
      if (play.playing) return aborted(visit);
      const visited = play.visits.next();
      play.note({ visit: { machine, visit } });
      return visited;
    },
    stop: (machine) => play.note({ stopVisit: { machine } }),
  },
  async watch() {
    watched = true;
    await play.watch();
  },
  packets: lazily(
    () => play,
    async (at) => new (await import('./packets.ts')).Packets(at.lab, () => at.tracing),
  ),
  writing: {
    async compile(files) {
      const { compileLesson } = await import('./writing.ts');
      return compileLesson(files);
    },
    async prove(files) {
      const { proveLesson } = await import('./writing.ts');
      const core = await fetchCore();
      return proveLesson(files, (options) => createLab({ wasm: core, turn }, options));
    },
  },
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
