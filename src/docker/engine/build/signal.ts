/** Signals of STOPSIGNAL. @see moby/sys/signal: ParseSignal */
import { SIGNALS } from '../../../linux/kernel/signal.ts';

/** Whether STOPSIGNAL may have it: a number, or a name with or without SIG. */
export function isSignal(text: string): boolean {
  if (/^\d+$/.test(text)) return Number(text) > 0;
  const name = text.toUpperCase().replace(/^SIG/, '');
  return `SIG${name}` in SIGNALS || /^RTM(?:IN|AX)(?:[-+]\d+)?$/.test(name);
}
