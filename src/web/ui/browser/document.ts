/**
 * Received markup made harmless: a copy of it from an allow-list of elements and attributes, in which every picture and
 * style sheet has been fetched through the lab. Nothing of the original can run, load or lead anywhere by itself.
 */
import type { Visited } from '../../worker/api.ts';
import { dataUrl, textOf, typeOf } from './decode.ts';

/** Fetches a part of a page through the lab. */
export type FetchPart = (url: string) => Promise<Visited>;

/** What the frame shows. */
export interface Rendered {
  readonly title: string;
  readonly body: DocumentFragment;
  readonly styles: readonly string[];
  /** Scripts that were left out. */
  readonly scripts: number;
}

/** Elements that are left out with all that is in them. */
const DROPPED = new Set(
  'script style template iframe frame frameset object embed applet base link meta title audio video source track portal'.split(
    ' ',
  ),
);

const KEPT =
  'id class title alt lang dir width height colspan rowspan scope span start reversed value type name placeholder for checked selected disabled readonly multiple size rows cols maxlength min max step open align valign border cellpadding cellspacing bgcolor color face href action method datetime label cite role'.split(
    ' ',
  );
const ATTRIBUTES = new Set(KEPT);

/** @param base address the markup came from */
export async function render(markup: string, base: string, fetchPart: FetchPart): Promise<Rendered> {
  const source = new DOMParser().parseFromString(markup, 'text/html');
  const from = resolve(source.querySelector('base')?.getAttribute('href') ?? '', base) ?? base;
  const body = document.createDocumentFragment();
  const pictures: { readonly made: Element; readonly url: string }[] = [];
  copyChildren(source.body, body, (made, original) => {
    const url = original.localName === 'img' ? resolve(original.getAttribute('src') ?? '', from) : undefined;
    if (url) pictures.push({ made, url });
  });
  const sheets = await Promise.all(
    [...source.querySelectorAll('style, link[rel~="stylesheet" i]')].map(async (el) => {
      if (el.localName === 'style') return el.textContent ?? '';
      const url = resolve(el.getAttribute('href') ?? '', from);
      const got = url ? await fetchPart(url) : undefined;
      return got && got.status < 400 && !got.error ? textOf(got) : '';
    }),
  );
  for (const { made, url } of pictures) {
    if (url.startsWith('data:')) made.setAttribute('src', url);
    else {
      const got = await fetchPart(url);
      if (got.status < 400 && !got.error && typeOf(got).startsWith('image/')) made.setAttribute('src', dataUrl(got));
    }
  }
  return {
    title: source.title,
    body,
    // An import would fetch past the lab (and is not allowed in a constructed sheet).
    styles: sheets.map((s) => s.replace(/@import[^;]*;/g, '')),
    scripts: source.querySelectorAll('script').length,
  };
}

/** An absolute http(s) or data: address, or undefined. */
export function resolve(reference: string, base: string): string | undefined {
  try {
    const url = new URL(reference, base);
    return ['http:', 'https:', 'data:'].includes(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}

function copyChildren(from: Element, to: Node, told: (made: Element, original: Element) => void): void {
  for (const child of from.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) to.appendChild(document.createTextNode(child.textContent ?? ''));
    if (!(child instanceof Element) || DROPPED.has(child.localName)) continue;
    // Drawings are of another namespace and have ways of their own to load things.
    if (child.namespaceURI !== 'http://www.w3.org/1999/xhtml') continue;
    const known = document.createElement(child.localName);
    const made = known instanceof HTMLUnknownElement ? document.createElement('span') : known;
    for (const { name, value } of child.attributes)
      if (ATTRIBUTES.has(name) || name.startsWith('aria-') || name.startsWith('data-')) made.setAttribute(name, value);
    const style = child.getAttribute('style');
    // By the object model, since the page's policy has no exception for styles in markup.
    if (style !== null && !/url\s*\(/i.test(style)) made.style.cssText = style;
    told(made, child);
    copyChildren(child, made, told);
    to.appendChild(made);
  }
}
