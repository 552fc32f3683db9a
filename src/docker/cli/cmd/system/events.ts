import { filterQuery } from '../../client.ts';
import { Failure, failed } from '../../failure.ts';
import { dateTime } from '../../formatter/time.ts';
import { command, flag, NONE } from '../../spec.ts';
import { execTemplate } from '../../template/exec.ts';
import { FUNCTION_NAMES, FUNCTIONS } from '../../template/funcs.ts';
import { parseTemplate, type Template } from '../../template/parse.ts';
import { goJson } from '../../template/print.ts';
import { decode, INT64, named, ptrTo, STRING, STRING_MAP, struct } from '../../template/value.ts';
import { INSPECT_FORMAT_HELP } from '../format.ts';
import { timeParameter } from '../timestamp.ts';

interface Message {
  status?: string;
  id?: string;
  from?: string;
  Type: string;
  Action: string;
  Actor: { ID: string; Attributes: Record<string, string> };
  scope?: string;
  time: number;
  timeNano: number;
}

const MESSAGE = struct(
  'events.Message',
  ['Status', STRING, 'status', true],
  ['ID', STRING, 'id', true],
  ['From', STRING, 'from', true],
  ['Type', named('events.Type')],
  ['Action', named('events.Action')],
  ['Actor', struct('events.Actor', ['ID', STRING], ['Attributes', STRING_MAP])],
  ['Scope', STRING, 'scope', true],
  ['Time', INT64, 'time', true],
  ['TimeNano', INT64, 'timeNano', true],
);

/** A line of `docker events`. @param nano exact nanoseconds as text (they do not fit a double) */
function line(m: Message, nano: string): string {
  const digits = nano.padStart(10, '0');
  const seconds = Number(digits.slice(0, -9));
  const time = `${dateTime(seconds).replace(' ', 'T')}.${digits.slice(-9)}Z`;
  const attributes = Object.entries(m.Actor.Attributes ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([k, v]) => `${k}=${v}`);
  return `${time} ${m.Type} ${m.Action} ${m.Actor.ID}${attributes.length > 0 ? ` (${attributes.join(', ')})` : ''}\n`;
}

/** An event in a format of one's own. */
const show = (template: Template, m: unknown): ReturnType<typeof execTemplate> =>
  execTemplate(template, decode(m, ptrTo(MESSAGE)), { functions: FUNCTIONS });

/** `docker events` */
export const events = command({
  path: ['events'],
  aliases: ['system events', 'events'],
  use: '[OPTIONS]',
  short: 'Show what happens, as it happens',
  args: NONE,
  flags: [
    flag('since', 'string', 'From this time on'),
    flag('until', 'string', 'Up to this time'),
    flag('filter', 'filter', 'Show those that meet a condition', { short: 'f' }),
    flag('format', 'string', INSPECT_FORMAT_HELP),
  ],
  run: async (ctx, o) => {
    const format = o.string('format');
    const template = format === '' || format === 'json' ? undefined : parseTemplate('', format, FUNCTION_NAMES);
    if (typeof template === 'string') return new Failure(`Error parsing format: ${template}`, 64);
    // Tried out on an event without anything.
    const { error: wrong } = template ? show(template, {}) : { error: undefined };
    if (wrong) return new Failure(`Error parsing format: ${wrong}`, 64);
    const since = timeParameter(ctx, o.string('since'));
    if (failed(since)) return since;
    const until = timeParameter(ctx, o.string('until'));
    if (failed(until)) return until;
    const reply = await ctx.client.call('GET', '/events', {
      query: { since, until, filters: filterQuery(o.list('filter')) },
    });
    if (failed(reply)) return reply;
    try {
      for await (const text of reply.lines()) {
        const m = JSON.parse(text) as Message;
        if (format === '') await ctx.out(line(m, /"timeNano":(\d+)/.exec(text)?.[1] ?? `${m.time}000000000`));
        else if (!template) await ctx.out(`${goJson(decode(m, MESSAGE))}\n`);
        else {
          const { text: shown, error } = show(template, m);
          if (error) return new Failure(`Error parsing format: ${error}`);
          await ctx.out(`${shown}\n`);
        }
      }
    } finally {
      reply.hangUp();
    }
    return 0;
  },
});
