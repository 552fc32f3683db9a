/** pfifo and bfifo. @see iproute2 tc/q_fifo.c */
import type { QdiscSettings } from '../../kernel/netadmin.ts';
import { type QdiscKind, Refusal } from './kind.ts';
import { parseSize, sizeText } from './units.ts';

type Fifo = Extract<QdiscSettings, { kind: 'pfifo' | 'bfifo' }>;

/** Packets, or bytes: that many packets of 1514. */
const DEFAULTS = { pfifo: 1000, bfifo: 1000 * 1514 } as const;

function kind(name: 'pfifo' | 'bfifo'): QdiscKind {
  return {
    parse(w) {
      let limit: number | undefined;
      for (let word = w.take(); word !== undefined; word = w.take()) {
        if (word !== 'limit') {
          const usage = `Usage: ... <[p|b]fifo | pfifo_head_drop> [ limit NUMBER ]\n`;
          throw new Refusal(word === 'help' ? usage : `${name}: unknown parameter "${word}"\n${usage}`);
        }
        const value = w.need();
        limit = parseSize(value);
        if (limit === undefined) throw new Refusal(`${name}: Illegal value for "limit": "${value}"\n`);
      }
      return { kind: name, limit: limit ?? DEFAULTS[name] };
    },
    text: (q) => `limit ${name === 'pfifo' ? `${q.limit}p` : sizeText((q as Fifo).limit)}`,
    json: (q) => ({ limit: q.limit }),
  };
}

export const pfifo = kind('pfifo');
export const bfifo = kind('bfifo');
