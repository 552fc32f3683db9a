/** Log drivers that dockerd knows by name, and the options of json-file. */
import type { Sys } from '../../linux/kernel/sys.ts';
import type { HostConfig } from '../api/types.ts';
import { Failure } from '../errdefs.ts';
import { dial } from '../images/dial.ts';
import { parseBool } from './filters.ts';

const invalid = (text: string): Failure => new Failure('invalid', text);

const LOG_DRIVERS = 'awslogs fluentd gcplogs gelf journald json-file local none splunk syslog'.split(' ');
const JSON_FILE_OPTIONS = 'max-file max-size compress labels labels-regex env env-regex tag'.split(' ');

/** Options that a driver cannot do without. @see moby daemon/logger/awslogs, gelf: ValidateLogOpt */
const NEEDED: Readonly<Record<string, { readonly option: string; readonly fault: string }>> = {
  awslogs: { option: 'awslogs-group', fault: "must specify a value for log opt 'awslogs-group'" },
  gelf: { option: 'gelf-address', fault: 'gelf-address is a required parameter' },
};
/** What a driver says that finds nobody to write to: a machine runs no such service. @see moby daemon/logger/*: New */
const UNREACHED: Readonly<Record<string, string>> = {
  journald: 'journald is not enabled on this host',
  splunk: 'splunk: splunk-url is expected',
  syslog: 'Unix syslog delivery error',
};

/** @see moby daemon/logger/factory.go: ValidateLogOpts, jsonfilelog: ValidateLogOpt */
export function verifyLog({ Type, Config }: HostConfig['LogConfig']): Failure | undefined {
  const { mode, ...options } = Config ?? {};
  const buffer = options['max-buffer-size'];
  delete options['max-buffer-size'];
  if (!LOG_DRIVERS.includes(Type)) return invalid(`logger: no log driver named '${Type}' is registered`);
  if (mode !== undefined && !['', 'blocking', 'non-blocking'].includes(mode))
    return invalid(`logger: logging mode not supported: ${mode}`);
  if (buffer !== undefined && mode !== 'non-blocking')
    return invalid("logger: max-buffer-size option is only supported with 'mode=non-blocking'");
  if (buffer !== undefined && size(buffer) === undefined)
    return invalid(`error parsing option max-buffer-size: invalid size: '${buffer}'`);
  const needs = NEEDED[Type];
  if (needs && !options[needs.option]) return invalid(needs.fault);
  const unknown = Object.keys(options).find((key) => Type === 'json-file' && !JSON_FILE_OPTIONS.includes(key));
  return unknown === undefined ? undefined : invalid(`unknown log opt '${unknown}' for json-file log driver`);
}

/** go-units: FromHumanSize and RAMInBytes, as far as it matters here: is it a size, and more than nothing? */
function size(text: string): number | undefined {
  const m = /^(\d+(?:\.\d+)?) ?[kKmMgGtTpP]?[iI]?[bB]?$/.exec(text);
  return m ? Number(m[1]) : undefined;
}

/** fluentd is called when a container starts, unless it may be called later. @see moby daemon/logger/fluentd: New */
export async function callFluentd(sys: Sys, { Type, Config }: HostConfig['LogConfig']): Promise<string | undefined> {
  if (Type !== 'fluentd' || parseBool(Config?.['fluentd-async'] ?? '')) return undefined;
  const [host = '', port = '24224'] = (Config?.['fluentd-address'] ?? '').replace(/^tcp:\/\//, '').split(':');
  const wire = await dial(sys, host || '127.0.0.1', Number(port));
  if (typeof wire === 'string') return wire;
  wire.close();
  return undefined;
}

/** What a driver says when a container starts: json-file of its options, others of the service they write to. @see moby daemon/logger/jsonfilelog/jsonfilelog.go: New */
export function openLogFault({ Type, Config }: HostConfig['LogConfig']): string | undefined {
  if (Type !== 'json-file') return Config?.[`${Type}-address`] ? undefined : UNREACHED[Type];
  const max = Config?.['max-size'];
  const bytes = max === undefined ? -1 : size(max);
  if (bytes === undefined) return `invalid size: '${max}'`;
  if (max !== undefined && bytes <= 0) return 'max-size must be a positive number';
  const files = Config?.['max-file'] ?? '1';
  if (!/^[-+]?\d+$/.test(files)) return `strconv.Atoi: parsing ${JSON.stringify(files)}: invalid syntax`;
  if (Number(files) < 1) return 'max-file cannot be less than 1';
  const compress = Config?.compress;
  const on = compress === undefined ? false : parseBool(compress);
  if (on === false) return undefined;
  if (on === undefined) return `strconv.ParseBool: parsing ${JSON.stringify(compress)}: invalid syntax`;
  if (Number(files) > 1 && bytes !== -1) return undefined;
  return 'compress cannot be true when max-file is less than 2 or max-size is not set';
}
