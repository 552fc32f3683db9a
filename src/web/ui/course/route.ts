/**
 * Where in the course an address leads: `#/lesson`, `#/lesson/step`, `#/free`, `#/write`, `#/preview`. What else a fragment holds (a shared
 * state) is not its business.
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

/** @returns undefined for a fragment that names no place */
export function placeOf(fragment: string): Place | undefined {
  const m = /^#\/([a-z0-9-]+)(?:\/([a-z0-9-]+))?(?:[?&].*)?$/.exec(fragment);
  return m ? { lesson: m[1] as string, step: m[2] } : undefined;
}

export const fragmentOf = ({ lesson, step }: Place): string => `#/${lesson}${step === undefined ? '' : `/${step}`}`;
