/** Signals of STOPSIGNAL. @see moby/sys/signal: ParseSignal */
import { SIGNALS } from '../../../linux/kernel/signal.ts';

export function isSignal(text: string): boolean {
  if (/^\d+$/.test(text)) return Number(text) > 0;
  const name = text.toUpperCase().replace(/^SIG/, '');
  return `SIG${name}` in SIGNALS || /^RTM(?:IN|AX)(?:[-+]\d+)?$/.test(name);
}
