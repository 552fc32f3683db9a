/** The lesson that is being written: its files, what is wrong with them, and the lesson that they make. */
import * as Comlink from 'comlink';
import type { Lesson } from '../../../course/text.ts';
import { spawn } from '../../boot.ts';
import type { Fault, Finding, LabWorker, LessonFiles } from '../../worker/api.ts';
import { courseProgress } from '../course/progress.svelte.ts';
import { PREVIEW } from '../course/route.ts';
import type { RemoteLab } from '../session.svelte.ts';
import { example } from './example.ts';
import { type Found, fetched, NAMES, watch } from './folder.ts';

/** Where the files come from: written on the page, chosen once, looked at again and again, fetched, in a link. */
export type Source = 'fields' | 'chosen' | 'watched' | 'fetched' | 'linked';
/** From a key to its being compiled, ms. */
const MOMENT = 300;
const KEY = 'drydock.draft';

const open = (worker: Worker) => Comlink.wrap<LabWorker>(worker) as unknown as RemoteLab;

function recall(): LessonFiles {
  try {
    const known = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Found;
    return NAMES.every((n) => typeof known[n] === 'string') ? (known as LessonFiles) : example;
  } catch {
    return example;
  }
}

class Draft {
  source = $state<Source>('fields');
  /** Of the folder, or the address. */
  name = $state('');
  files = $state.raw<Found>(recall());
  /** What came of an address that should bring a lesson: it names none, or one that cannot be shown. */
  lead = $state<'nothing' | 'unsound' | undefined>(undefined);
  /** Undefined while the compiler has not yet told. */
  faults = $state.raw<readonly Fault[] | undefined>(undefined);
  /** Names of files that are not there. */
  missing = $derived(NAMES.filter((n) => this.files[n] === undefined));
  findings = $state.raw<readonly Finding[] | undefined>(undefined);
  proving = $state(false);
  /** Told each lesson without faults. @see Desk.preview */
  tell: (lesson: Lesson) => void = () => {};
  #compiler: RemoteLab | undefined;
  #prover: Worker | undefined;
  #plan = '';
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #unwatch: () => void = () => {};

  /** The files with one language in the place of the other where that is not there yet. */
  get whole(): LessonFiles | undefined {
    const { 'lesson.yaml': data, 'en.md': en, 'zh.md': zh } = this.files;
    const words = en ?? zh;
    return data === undefined || words === undefined
      ? undefined
      : { 'lesson.yaml': data, 'en.md': en ?? words, 'zh.md': zh ?? words };
  }

  /** @returns whether they make a lesson */
  async take(source: Source, name: string, files: Found): Promise<boolean> {
    if (source !== 'watched') this.#unwatch();
    Object.assign(this, { source, name, files });
    return this.compile();
  }

  watch(dir: FileSystemDirectoryHandle): void {
    this.#unwatch();
    this.#unwatch = watch(dir, (files) => void this.take('watched', dir.name, files));
  }

  /** Reads the files at an address; those of another site are brought by a document of their own. @returns whether they make a lesson */
  async fetch(address: string): Promise<boolean> {
    const url = new URL(address, location.href);
    if (url.origin === location.origin) return this.take('fetched', address, await fetched(url));
    location.assign(`bring.html#${new URLSearchParams({ url: url.href })}`);
    return new Promise(() => {});
  }

  /** Text of a field has changed. */
  edit(name: keyof LessonFiles, text: string): void {
    this.files = { ...this.files, [name]: text };
    try {
      localStorage.setItem(KEY, JSON.stringify(this.files));
    } catch {
      // A browser that keeps nothing: the draft lasts as long as the page.
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.compile(), MOMENT);
  }

  async compile(): Promise<boolean> {
    const turn = ++this.#turn;
    const { whole } = this;
    this.stop();
    this.findings = undefined;
    if (!whole) {
      this.faults = [];
      return false;
    }
    this.#compiler ??= open(spawn());
    const made = await this.#compiler.writing.compile(whole);
    if (turn !== this.#turn) return false;
    this.faults = Array.isArray(made) ? made : [];
    if (Array.isArray(made)) return false;
    const lesson = { ...made, plan: { ...made.plan, id: PREVIEW } };
    const plan = JSON.stringify(lesson.plan);
    if (plan !== this.#plan) courseProgress.forget(PREVIEW);
    this.#plan = plan;
    this.tell(lesson);
    return true;
  }

  /** Plays the lesson in labs of a worker of its own. */
  async prove(): Promise<void> {
    const { whole } = this;
    if (!whole) return;
    this.stop();
    const worker = spawn();
    this.#prover = worker;
    this.proving = true;
    worker.onerror = (event) => {
      if (this.#prover !== worker) return;
      this.stop();
      this.findings = [{ ok: false, what: event.message }];
    };
    const findings = await open(worker).writing.prove(whole);
    if (this.#prover !== worker) return;
    this.stop();
    this.findings = findings;
  }

  /** Ends a proof. */
  stop(): void {
    this.#prover?.terminate();
    this.#prover = undefined;
    this.proving = false;
  }
}

export const draft = new Draft();
