/**
 * Where in the course an address leads: `#/lesson`, `#/lesson/step`, `#/free`, `#/write`, `#/preview`, `#/try?…`. `?show=terminal,map` names the
 * parts of the page that are shown. What else a fragment holds (a shared state, a lesson) is not its business.
 */
export interface Place {
  /** `free`: a lab without a lesson. */
  readonly lesson: string;
  readonly step?: string;
}

/** Lab without a lesson. */
export const FREE = 'free';
/** How a lesson is written, and the lesson that is being written. */
export const WRITE = 'write';
export const PREVIEW = 'preview';

/** A lesson that the address itself brings. */
export const TRY = 'try';

/** Parts of the page. */
export const PARTS = ['lesson', 'terminal', 'map'] as const;
export type Part = (typeof PARTS)[number];

/** What a fragment says after its question mark. */
export const queryOf = (fragment: string): URLSearchParams => new URLSearchParams(/\?(.*)$/.exec(fragment)?.[1]);

/** The parts that a fragment wants to be shown: all, unless it names some. */
export function partsOf(fragment: string): readonly Part[] {
  const named = queryOf(fragment).get('show')?.split(',') ?? [];
  const wanted = PARTS.filter((part) => named.includes(part));
  return wanted.length > 0 ? wanted : PARTS;
}

/** @returns undefined for a fragment that names no place */
export function placeOf(fragment: string): Place | undefined {
  const m = /^#\/([a-z0-9-]+)(?:\/([a-z0-9-]+))?(?:[?&].*)?$/.exec(fragment);
  return m ? { lesson: m[1] as string, step: m[2] } : undefined;
}

export const fragmentOf = ({ lesson, step }: Place): string => `#/${lesson}${step === undefined ? '' : `/${step}`}`;
