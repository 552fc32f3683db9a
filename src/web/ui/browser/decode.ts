/** Text and data addresses of received bytes. */
import type { Visited } from '../../worker/api.ts';

/** Value of a header, or undefined. @param name lower case */
export const headerOf = (v: Pick<Visited, 'headers'>, name: string): string | undefined =>
  v.headers.find(([n]) => n.toLowerCase() === name)?.[1];

/** Media type without parameters, lower case; what a browser would take the bytes for when the server is silent. */
export function typeOf(v: Visited): string {
  const declared = headerOf(v, 'content-type')?.split(';')[0]?.trim().toLowerCase();
  if (declared) return declared;
  const start = new TextDecoder().decode(v.bytes.subarray(0, 512)).trimStart().toLowerCase();
  return start.startsWith('<!doctype html') || start.startsWith('<html') ? 'text/html' : 'text/plain';
}

/** The body as text. @see https://encoding.spec.whatwg.org/ */
export function textOf(v: Visited): string {
  const type = headerOf(v, 'content-type') ?? '';
  const label = /charset="?([^";\s]+)/i.exec(type)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(label).decode(v.bytes);
  } catch {
    return new TextDecoder().decode(v.bytes);
  }
}

/** A data: address that holds the body. */
export function dataUrl(v: Visited): string {
  let binary = '';
  for (let at = 0; at < v.bytes.length; at += 32768) binary += String.fromCharCode(...v.bytes.subarray(at, at + 32768));
  return `data:${typeOf(v)};base64,${btoa(binary)}`;
}
