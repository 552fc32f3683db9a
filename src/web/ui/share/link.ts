/** Sessions in links: `#/LESSON?s=LOG` (or `?show=PARTS&s=LOG`), the log packed (lab/log/pack.ts), deflated, in base64url. @see RFC 4648 §5 */

import { PARTS, type Part, placeOf, queryOf } from '../course/route.ts';

/** Characters of a fragment that a link may have: browsers and chat programs cut off longer ones. */
export const LONGEST = 32 * 1024;

/** Bytes as base64url, without padding. */
export function encode(bytes: Uint8Array): string {
  let text = '';
  for (const b of bytes) text += String.fromCharCode(b);
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** @returns undefined when it is no base64url */
export function decode(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** A link to a session of a lesson. @param page address of the page, any fragment of it is dropped @param show parts, where not all */
export const linkTo = (page: string, lesson: string, log: Uint8Array, show: readonly Part[] = PARTS): string =>
  `${page.replace(/#.*$/, '')}#/${lesson}?${show.length < PARTS.length ? `show=${show}&` : ''}s=${encode(log)}`;

/** The session that a fragment names; `log` undefined: there is one, but it is broken. */
export function sessionIn(hash: string): { readonly lesson: string; readonly log: Uint8Array | undefined } | undefined {
  const lesson = placeOf(hash)?.lesson;
  const log = queryOf(hash).get('s');
  return lesson === undefined || log === null ? undefined : { lesson, log: decode(log) };
}
