/** What lies on the desk: one lesson and its lab. An address, a link or the outline puts another one there. */
import type { Lesson } from '../../../course/text.ts';
import { embedded } from '../embedded.ts';
import { Session } from '../session.svelte.ts';
import { settings } from '../settings.svelte.ts';
import { forget, kept } from '../share/keep.ts';
import { sessionIn } from '../share/link.ts';
import { FIRST, inBothLanguages, loadLesson } from './load.ts';
import { FREE, fragmentOf, type Place, PREVIEW, partsOf, placeOf, queryOf, TRY, WRITE } from './route.ts';

export class Desk {
  lesson = $state.raw<Lesson | undefined>(undefined);
  session = $state.raw<Session | undefined>(undefined);
  /** A step that an address asked for; shown and forgotten by who draws the lesson. */
  step = $state<string | undefined>(undefined);
  /** A log could not be played, or was none. */
  unplayed = $state(false);
  /** Name of a lesson that was asked for and does not exist. */
  unknown = $state<string | undefined>(undefined);
  /** Parts of the page that are shown. */
  readonly parts = partsOf(location.hash);
  readonly #show = queryOf(location.hash).get('show');
  #draft: Lesson | undefined;
  /** Counts what was asked for, so that a lesson which arrives late does not take the place of a later one. */
  #turn = 0;

  constructor() {
    const linked = sessionIn(location.hash);
    if (linked) {
      const show = this.#show === null ? '' : `?show=${this.#show}`;
      history.replaceState(null, '', fragmentOf({ lesson: linked.lesson }) + show);
      this.unplayed = linked.log === undefined;
      void this.#open({ lesson: linked.lesson }, { log: linked.log });
    } else void this.go();
    addEventListener('hashchange', () => void this.go());
  }

  /** Goes where the address says; to where one was last, when it says nothing. */
  async go(): Promise<void> {
    const place = placeOf(location.hash) ?? { lesson: settings.at };
    this.step = place.step;
    if (place.lesson === this.lesson?.plan.id) return;
    await this.#open(place);
  }

  /** @param linked the session of a link: what the browser keeps does not take its place, not even when it is broken */
  async #open(place: Place, linked?: { readonly log: Uint8Array | undefined }): Promise<void> {
    const turn = ++this.#turn;
    const lesson = await this.#load(place.lesson);
    if (turn !== this.#turn) return;
    this.session?.end();
    this.lesson = lesson;
    const { id } = lesson.plan;
    if (id === WRITE) history.replaceState(null, '', fragmentOf({ lesson: WRITE }));
    if (id !== WRITE && id !== PREVIEW && !embedded) settings.at = id;
    this.#begin(linked ? linked.log : settings.resume && !embedded ? kept(id) : undefined);
  }

  async #load(id: string): Promise<Lesson> {
    this.unknown = undefined;
    if (id === FREE) return (await import('./free.ts')).freePlay;
    if (id === TRY) await this.#try();
    if ((id === PREVIEW || id === TRY) && this.#draft) return this.#draft;
    if (id === PREVIEW || id === TRY || id === WRITE) return (await import('../write/writing.ts')).writing;
    const { language } = settings;
    const lesson = await loadLesson(id, language);
    this.unknown = lesson || id === '' ? undefined : id;
    return lesson ?? (await loadLesson(FIRST, language)) ?? (await import('./free.ts')).freePlay;
  }

  /** The lesson that the address brings becomes the draft. */
  async #try(): Promise<void> {
    this.#draft = undefined;
    const [{ draft }, { tryLesson }] = await Promise.all([
      import('../write/draft.svelte.ts'),
      import('../write/try.ts'),
    ]);
    draft.tell = (lesson) => this.preview(lesson);
    await tryLesson(location.hash).catch((error: unknown) => console.info(error));
  }

  /** Brings the words of the other language, once they do not keep a prompt waiting. */
  async complete(): Promise<void> {
    const { lesson } = this;
    if (!lesson) return;
    const complete = await inBothLanguages(lesson);
    if (this.lesson === lesson) this.lesson = complete;
  }

  #begin(log?: Uint8Array): void {
    const { plan } = this.lesson as Lesson;
    const terminals = plan.terminals.map(({ machine }) => ({ machine, title: machine, stays: true }));
    this.session = new Session(plan, terminals, log);
  }

  /** What `#/preview` shows from now on. Where it is shown its lab goes on, unless more than words has changed. */
  preview(draft: Lesson): void {
    this.#draft = draft;
    if (this.lesson?.plan.id !== PREVIEW) return;
    const same = JSON.stringify(this.lesson.plan) === JSON.stringify(draft.plan);
    this.lesson = draft;
    if (!same) this.reset();
  }

  /** Another lab in the place of this one, for the same lesson. @param log to be played in it */
  restart(log?: Uint8Array): void {
    this.session?.end();
    this.#begin(log);
  }

  /** A fresh lab; what was kept of this one is forgotten. */
  reset(): void {
    if (this.lesson) forget(this.lesson.plan.id);
    this.unplayed = false;
    this.restart();
  }
}
