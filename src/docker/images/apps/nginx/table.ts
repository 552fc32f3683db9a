/** Which directives there are, where each may stand and how many arguments it takes. @see nginx.org/en/docs/dirindex.html */

/** Where a directive may stand. */
export type Place = 'main' | 'events' | 'http' | 'server' | 'location' | 'upstream' | 'types';

/** One directive. */
export interface Rule {
  readonly places: readonly Place[];
  /** Least and most arguments. */
  readonly args: readonly [least: number, most: number];
  /** What its braces hold. */
  readonly block?: Place;
  /** `on` or `off` only. */
  readonly flag?: true;
  /** Read, and without effect in this laboratory. */
  readonly inert?: true;
}

const MANY = 99;
const http: readonly Place[] = ['http', 'server', 'location'];

const rule = (places: readonly Place[], least: number, most = least, more: Partial<Rule> = {}): Rule => ({
  places,
  args: [least, most],
  ...more,
});
const inert = (names: string, places: readonly Place[], most = MANY): [string, Rule][] =>
  names.split(' ').map((name) => [name, rule(places, 1, most, { inert: true })]);

/** Directive → its rule. */
export const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['user', rule(['main'], 1, 2)],
  ['daemon', rule(['main'], 1, 1, { flag: true })],
  ['master_process', rule(['main'], 1, 1, { flag: true })],
  ['worker_processes', rule(['main'], 1)],
  ['pid', rule(['main'], 1)],
  ['error_log', rule(['main', ...http], 1, 2)],
  ['include', rule(['main', 'events', ...http, 'upstream', 'types'], 1)],
  ['events', rule(['main'], 0, 0, { block: 'events' })],
  ['http', rule(['main'], 0, 0, { block: 'http' })],
  ['server', rule(['http'], 0, 0, { block: 'server' })],
  ['location', rule(['server', 'location'], 1, 2, { block: 'location' })],
  ['upstream', rule(['http'], 1, 1, { block: 'upstream' })],
  ['types', rule(http, 0, 0, { block: 'types' })],
  ['default_type', rule(http, 1)],
  ['log_format', rule(['http'], 2, MANY)],
  ['access_log', rule(http, 1, MANY)],
  ['listen', rule(['server'], 1, MANY)],
  ['server_name', rule(['server'], 1, MANY)],
  ['server_tokens', rule(http, 1)],
  ['root', rule(http, 1)],
  ['alias', rule(['location'], 1)],
  ['index', rule(http, 1, MANY)],
  ['autoindex', rule(http, 1, 1, { flag: true })],
  ['try_files', rule(['server', 'location'], 2, MANY)],
  ['error_page', rule(http, 2, MANY)],
  ['return', rule(['server', 'location'], 1, 2)],
  ['set', rule(['server', 'location'], 2)],
  ['add_header', rule(http, 2, 3)],
  ['allow', rule(http, 1)],
  ['deny', rule(http, 1)],
  ['internal', rule(['location'], 0)],
  ['stub_status', rule(['server', 'location'], 0, 1)],
  ['proxy_pass', rule(['location'], 1)],
  ['proxy_set_header', rule(http, 2)],
  ['proxy_http_version', rule(http, 1)],
  ['proxy_connect_timeout', rule(http, 1)],
  ['proxy_read_timeout', rule(http, 1)],
  ['proxy_next_upstream', rule(http, 1, MANY)],
  ['resolver', rule(http, 1, MANY)],
  ['resolver_timeout', rule(http, 1)],
  ['ip_hash', rule(['upstream'], 0)],
  ['least_conn', rule(['upstream'], 0)],
  ['zone', rule(['upstream'], 1, 2, { inert: true })],
  ['keepalive', rule(['upstream'], 1, 1, { inert: true })],
  ...inert('worker_connections multi_accept use', ['events'], 1),
  ...inert('worker_rlimit_nofile load_module worker_cpu_affinity pcre_jit worker_shutdown_timeout', ['main']),
  ...inert('types_hash_max_size server_names_hash_bucket_size types_hash_bucket_size', http, 1),
  ...inert('sendfile tcp_nopush tcp_nodelay keepalive_timeout keepalive_requests client_max_body_size', http),
  ...inert('gzip gzip_types gzip_vary gzip_proxied gzip_comp_level gzip_min_length gzip_disable charset etag', http),
  ...inert('proxy_buffering proxy_redirect proxy_send_timeout proxy_buffers proxy_buffer_size proxy_cache', http),
  ...inert('client_body_temp_path proxy_temp_path fastcgi_temp_path uwsgi_temp_path scgi_temp_path', http),
  ...inert('send_timeout client_body_timeout client_header_timeout expires log_not_found port_in_redirect', http),
  ...inert('absolute_redirect server_name_in_redirect real_ip_header set_real_ip_from chunked_transfer_encoding', http),
]);

/** `server` inside `upstream` is another directive than the block of `http`. */
export const UPSTREAM_SERVER: Rule = rule(['upstream'], 1, MANY);
