/**
 * Forms of an answer: what learners type for one and the same thing. Tools print an address with its prefix length, its
 * port or a whole URL around it, a number with its unit; people copy quotes and full stops along, or type with an input
 * method for Chinese.
 */
import { parseIp, parseMac, parsePrefix, sameIp, samePrefix } from '../base/ip.ts';

/** Whether an answer says what is true. @param type of the question that was asked */
export function saysSame(type: 'text' | 'number' | 'address', given: string, truth: string): boolean {
  const same = { text: sameText, number: sameNumber, address: sameAddress }[type];
  const typed = given.normalize('NFKC').trim();
  return same(typed, truth) || same(bare(typed), truth);
}

/** Without quotes around it and a full stop or colon behind it. */
const bare = (s: string): string => s.replace(/^["'`“”‘’「『]+|["'`“”‘’」』.。,;:、\s]+$/g, '');

/** Case aside; of a program, with the folder that it lies in or without; a MAC address or a prefix however it is written. */
function sameText(given: string, truth: string): boolean {
  const [a, b] = [given.toLowerCase(), truth.toLowerCase()];
  if (a === b || (!b.includes('/') && a.slice(a.lastIndexOf('/') + 1) === b)) return true;
  const mac = parseMac(a);
  if (mac !== undefined && mac === parseMac(b)) return true;
  const prefix = parsePrefix(a.replaceAll(' ', ''));
  return prefix !== undefined && samePrefix(prefix, parsePrefix(b));
}

/** A number by itself, of a port (`8080/tcp`, `0.0.0.0:8080`), of a prefix (`/20`), or with its unit. */
function sameNumber(given: string, truth: string): boolean {
  const [, digits] = /^(?:.*:|\/)?(-?[\d,]+(?:\.\d+)?)(?:\/(?:tcp|udp)|\s*[^\d\s.,:/-]+)?$/i.exec(given) ?? [];
  return digits !== undefined && Number(digits.replaceAll(',', '')) === Number(truth);
}

function sameAddress(given: string, truth: string): boolean {
  const [a, b] = [addressIn(given), addressIn(truth)];
  return a && b ? sameIp(a, b) : sameText(given, truth);
}

/** The address in a URL, before a prefix length, before a port: `[::1]:80`, `10.0.0.1:80`, tcpdump's `10.0.0.1.80`, `10.0.0.1#53`. */
function addressIn(s: string): ReturnType<typeof parseIp> {
  const host = s.replace(/^[a-z]+:\/\//i, '').replace(/\s*\/.*$/, '');
  const [, six] = /^\[(.+)\](?::\d+)?$/.exec(host) ?? [];
  return parseIp(six ?? host.replace(/^(\d+(?:\.\d+){3})[.:#]\d+$/, '$1'));
}
