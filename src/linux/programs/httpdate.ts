/** Dates as HTTP writes them. */
import { civil } from '../../base/civil.ts';
import { MONTHS, WEEKDAYS } from './proc.ts';

/** `Mon, 23 Nov 2026 22:40:08 GMT` @see RFC 9110 §5.6.7 */
export function httpDate(ns: bigint): string {
  const t = civil(ns);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${WEEKDAYS[t.weekday]}, ${two(t.day)} ${MONTHS[t.month - 1]} ${t.year} ${two(t.hour)}:${two(t.minute)}:${two(t.second)} GMT`;
}
