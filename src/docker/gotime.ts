/**
 * Times as Go reads them: a layout, the text, and Go's words for where they part.
 * @see Go src/time/format.go: parse, newParseError; format_rfc3339.go
 */
import { fromCivil } from './time.ts';

/** What a layout's elements are called in it, with what they may be. */
const FIELDS: Readonly<Record<string, { readonly name: string; readonly most: number; readonly fixed: boolean }>> = {
  '01': { name: 'month', most: 12, fixed: true },
  '02': { name: 'day', most: 99, fixed: true },
  '15': { name: 'hour', most: 23, fixed: false },
  '04': { name: 'minute', most: 59, fixed: true },
  '05': { name: 'second', most: 59, fixed: true },
};
const ELEMENT = /2006|01|02|15|04|05|\.999999999|Z07:00/;
const FRACTION = /^[.,]\d+/;

export interface GoTime {
  /** Since 1970. */
  readonly seconds: number;
  /** Nine digits. */
  readonly nanos: string;
}

/** Reads a text by its layout, step by step. */
class Reader {
  readonly found: Record<string, number> = { year: 1, month: 1, day: 1, hour: 0, minute: 0, second: 0, zone: 0 };
  nanos = '';
  #rest: string;

  constructor(
    readonly layout: string,
    readonly value: string,
  ) {
    this.#rest = value;
  }

  #bad(element: string, at = this.#rest): string {
    return `parsing time ${JSON.stringify(this.value)} as ${JSON.stringify(this.layout)}: cannot parse ${JSON.stringify(at)} as ${JSON.stringify(element)}`;
  }

  #wrong(what: string): string {
    return `parsing time ${JSON.stringify(this.value)}: ${what}`;
  }

  /** @returns Go's error; undefined when all of the text is read */
  read(): string | undefined {
    let layout = this.layout;
    while (layout !== '') {
      const m = ELEMENT.exec(layout);
      const fault = this.#literal(layout.slice(0, m?.index ?? layout.length)) ?? (m ? this.#element(m[0]) : undefined);
      if (fault !== undefined) return fault;
      layout = m ? layout.slice(m.index + m[0].length) : '';
    }
    if (this.#rest !== '') return this.#wrong(`extra text: ${JSON.stringify(this.#rest)}`);
    const { year = 0, month = 0, day = 0 } = this.found;
    const days = new Array(31).fill(0).filter((_, i) => isDay(year, month, i + 1)).length;
    return day < 1 || day > days ? this.#wrong('day out of range') : undefined;
  }

  #literal(text: string): string | undefined {
    for (const c of text) {
      if (this.#rest[0] !== c) return this.#bad(text);
      this.#rest = this.#rest.slice(1);
    }
    return undefined;
  }

  #element(element: string): string | undefined {
    if (element === 'Z07:00') return this.#zone(element);
    if (element === '.999999999') return this.#fraction();
    if (element === '2006') return this.#take(element, /^\d{4}/, 'year', 9999);
    const { name, most, fixed } = FIELDS[element] as (typeof FIELDS)[string];
    const fault = this.#take(element, fixed ? /^\d\d/ : /^\d\d?/, name, most);
    return fault ?? (element === '05' ? this.#fraction() : undefined);
  }

  #take(element: string, shape: RegExp, name: string, most: number): string | undefined {
    const m = shape.exec(this.#rest);
    if (!m) return this.#bad(element);
    this.#rest = this.#rest.slice(m[0].length);
    const n = Number(m[0]);
    this.found[name] = n;
    return n > most || (name === 'month' && n === 0) ? this.#wrong(`${name} out of range`) : undefined;
  }

  /** Digits of a second may follow even where the layout has none. */
  #fraction(): string | undefined {
    const m = FRACTION.exec(this.#rest);
    if (!m) return undefined;
    this.#rest = this.#rest.slice(m[0].length);
    this.nanos = m[0].slice(1, 10);
    return undefined;
  }

  #zone(element: string): string | undefined {
    if (this.#rest.startsWith('Z')) {
      this.#rest = this.#rest.slice(1);
      return undefined;
    }
    const m = /^([+-])(\d\d):(\d\d)/.exec(this.#rest);
    if (!m) return this.#bad(element);
    this.#rest = this.#rest.slice(m[0].length);
    const [hours, minutes] = [Number(m[2]), Number(m[3])];
    this.found.zone = (m[1] === '-' ? -1 : 1) * (hours * 60 + minutes);
    if (hours > 24) return this.#wrong('time zone offset hour out of range');
    return minutes > 60 ? this.#wrong('time zone offset minute out of range') : undefined;
  }
}

/** Whether there is such a day. */
function isDay(year: number, month: number, day: number): boolean {
  if (day <= 28) return true;
  if (month === 2) return day === 29 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= ([4, 6, 9, 11].includes(month) ? 30 : 31);
}

/** time.Parse, in UTC where no zone is given. @returns Go's error as a text */
function goParseTime(layout: string, value: string): GoTime | string {
  const reader = new Reader(layout, value);
  const fault = reader.read();
  if (fault !== undefined) return fault;
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, zone = 0 } = reader.found;
  const seconds = fromCivil({ year, month, day, hour, minute, second }) - zone * 60;
  return { seconds, nanos: reader.nanos.padEnd(9, '0') };
}

/** The layout that a text looks as if it had. */
function layoutOf(text: string): string {
  const count = (c: string): number => text.split(c).length - 1;
  const zone = /[zZ+]/.test(text) || count('-') === 3 ? 'Z07:00' : '';
  if (text.includes('.')) return `2006-01-02T15:04:05.999999999${zone}`;
  if (!text.includes('T')) return `2006-01-02${zone}`;
  const colons = count(':') - (zone !== '' && !/z/i.test(text) && text.includes(':') ? 1 : 0);
  return `2006-01-02T15${colons <= 0 ? '' : colons === 1 ? ':04' : ':04:05'}${zone}`;
}

/**
 * A time, a date, or seconds since 1970, as Docker takes them.
 * @returns `seconds` or `seconds.nanoseconds` in an object, or what is wrong
 * @see moby api/types/time/timestamp.go: GetTimestamp
 */
export function timestamp(text: string): { readonly at: string } | { readonly error: string } {
  const time = goParseTime(layoutOf(text), text);
  if (typeof time !== 'string') return { at: `${time.seconds}.${time.nanos}` };
  if (text.includes('-')) return { error: time };
  if (!/^\d+(\.\d+)?$/.test(text))
    return { error: `failed to parse value as time or duration: ${JSON.stringify(text)}` };
  const [s = '', ns] = text.split('.');
  return { at: ns === undefined ? s : `${s}.${ns.padEnd(9, '0')}` };
}
