/** Sentences of journeys: what each language has to say, and which languages there are. */

import type { DropName } from '../../linux/core/trace.ts';
import { dropName } from '../../linux/core/trace.ts';
import { en } from './en.ts';
import type { EventKind, EventOf, Step } from './event.ts';
import { zh } from './zh.ts';

export type Lang = 'en' | 'zh';

/** A language: a sentence for each kind of event, without a full stop, and for each reason why packets are dropped. */
export interface Words {
  readonly events: { readonly [K in EventKind]: (e: EventOf<K>, drop: (reason: number) => string) => string };
  readonly drops: Readonly<Record<DropName, string>>;
  /** A reason that has no sentence yet. */
  readonly unknownDrop: (reason: number) => string;
}

export const WORDS: Readonly<Record<Lang, Words>> = { en, zh };

/** What an event is in words, without where it happened. */
export function sentence(e: Step, lang: Lang): string {
  const words = WORDS[lang];
  const drop = (reason: number): string => {
    const name = dropName(reason);
    return name ? words.drops[name] : words.unknownDrop(reason);
  };
  const say = words.events[e.kind] as (e: Step, drop: (reason: number) => string) => string;
  return say(e, drop);
}

/** `node1`, `node1/web`, with the interface: `node1/web eth0`. */
export function placeOf(e: Step): string {
  const where = e.container === undefined ? e.machine : `${e.machine}/${e.container}`;
  return e.ifname === undefined ? where : `${where} ${e.ifname}`;
}
