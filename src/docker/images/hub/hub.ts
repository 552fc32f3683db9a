/** Names and tags of the registry, and what they stand for. */
import { catalog } from '../catalog.ts';
import type { ImageSpec } from '../spec.ts';
import { DIGESTS } from './digests.ts';
import { DISTROS } from './distros.ts';
import { SERVERS } from './servers.ts';
import { TOOLS } from './tools.ts';

export { DIGESTS };

/** Repository (without domain and `library/`) → tags, and the spec that several of them share. */
const TAGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  alpine: {
    alpine: 'latest',
    'alpine:3.22': '3.22 3 3.21 edge',
    'alpine:3.20': '3.20 3.19 3.18 3.17 3.16 3.15 3.14 3.13 3.12 3.11 3.10',
  },
  busybox: { busybox: 'latest', 'busybox:1.37': '1.37 1.36 1.37.0 1.36.1 stable uclibc musl glibc 1' },
  debian: {
    debian: 'latest',
    'debian:trixie': 'trixie 13 stable',
    'debian:trixie-slim': 'trixie-slim 13-slim stable-slim',
    'debian:bookworm': 'bookworm 12',
    'debian:bookworm-slim': 'bookworm-slim 12-slim',
  },
  ubuntu: {
    ubuntu: 'latest',
    'ubuntu:24.04': '24.04 noble',
    'ubuntu:22.04': '22.04 jammy 20.04 focal 18.04 bionic 16.04 xenial 14.04 trusty',
  },
  python: {
    'python:3': 'latest 3 3.14 3.13 3.12 3.11 3-slim 3.12-slim 3.13-slim slim',
    'python:3-alpine': 'alpine 3-alpine 3.12-alpine 3.13-alpine 3.14-alpine',
  },
  nginx: {
    nginx: 'latest',
    'nginx:1.30': '1.30 1.29 1.28 1.27 1.26 1.25 1 mainline stable',
    'nginx:1.30-alpine': 'alpine 1.30-alpine 1.29-alpine 1.27-alpine stable-alpine mainline-alpine',
  },
  httpd: { 'httpd:2.4': 'latest 2.4 2', 'httpd:2.4-alpine': 'alpine 2.4-alpine' },
  redis: { redis: 'latest', 'redis:8': '8 7 6 8.0 7.4 7.2', 'redis:8-alpine': 'alpine 8-alpine 7-alpine 6-alpine' },
  postgres: { 'postgres:17': 'latest 17 16 15 14 13', 'postgres:17-alpine': 'alpine 17-alpine 16-alpine 15-alpine' },
  'training/base': { 'training/base': 'latest' },
  'training/webapp': { 'training/webapp': 'latest' },
  'training/postgres': { 'training/postgres': 'latest' },
  'docker/dockerfile': {
    'docker/dockerfile':
      'latest 1 1.19 1.18 1.17 1.16 1.15 1.14 1.13 1.12 1.11 1.10 1.9 1.8 1.7 1.6 1.5 1.4 1.3 1.2 labs 1-labs 1.4-labs 1.7-labs experimental',
  },
  'hello-world': { 'hello-world': 'latest linux' },
  'traefik/whoami': { 'traefik/whoami': 'latest v1.11 v1.10' },
  'containous/whoami': { 'traefik/whoami': 'latest' },
  'jwilder/whoami': { 'traefik/whoami': 'latest' },
  'hashicorp/http-echo': { 'hashicorp/http-echo': 'latest 1.0 0.2.3' },
  'curlimages/curl': { 'curlimages/curl': 'latest 8.16.0 8.15.0' },
  'nicolaka/netshoot': { 'nicolaka/netshoot': 'latest v0.14 v0.13' },
  'wbitt/network-multitool': { 'wbitt/network-multitool': 'latest alpine-minimal alpine-extra' },
  'praqma/network-multitool': { 'wbitt/network-multitool': 'latest' },
  'nginxdemos/hello': { 'nginxdemos/hello:plain-text': 'latest plain-text' },
};

/** What each repository is, as a search shows it. */
export const ABOUT: Readonly<Record<string, string>> = {
  alpine: 'A small Linux with musl and BusyBox',
  busybox: 'Many small programs in one file',
  'containous/whoami': 'Old name of traefik/whoami',
  'curlimages/curl': 'The curl command',
  debian: 'Debian, a Linux of free software',
  'hashicorp/http-echo': 'A web server that answers with its arguments',
  'docker/dockerfile': 'The frontend of BuildKit that reads Dockerfiles',
  'hello-world': 'A first container, which says hello',
  httpd: "Apache's web server",
  'jwilder/whoami': 'A web server that tells its host name',
  nginx: 'Web server and reverse proxy',
  'nginxdemos/hello': 'nginx with a page about the container it runs in',
  'nicolaka/netshoot': "A box of tools for a network's troubles",
  postgres: 'A relational database',
  'praqma/network-multitool': 'Old name of wbitt/network-multitool',
  python: 'The language Python and its library',
  redis: 'A store of data in memory',
  'traefik/whoami': 'A web server that tells what it was asked',
  'training/base': "Base of the tutorial's images",
  'training/postgres': "The tutorial's database",
  'training/webapp': "The tutorial's web application",
  ubuntu: 'Ubuntu, a Linux that grew from Debian',
  'wbitt/network-multitool': 'Network tools with a web server beside them',
};

/** Known to many, and not carried here: a pull says so instead of denying that they exist. */
export const ELSEWHERE: ReadonlySet<string> = new Set(
  'mysql mariadb mongo node golang php rabbitmq memcached traefik haproxy caddy registry wordpress centos fedora rockylinux almalinux openjdk eclipse-temurin consul vault elasticsearch kibana logstash influxdb grafana jenkins sonarqube nextcloud ghost docker portainer/portainer-ce grafana/grafana prom/prometheus bitnami/nginx bitnami/redis nats zookeeper'.split(
    ' ',
  ),
);

const SPECS: ReadonlyMap<string, ImageSpec> = new Map(
  [...catalog, ...DISTROS, ...SERVERS, ...TOOLS].map((s) => [s.name, s]),
);

/** What a repository and tag stand for: the image with those it stands on, lowest first. */
export function findHub(repo: string, tag: string): ImageSpec[] | 'no repository' | 'no tag' {
  const tags = TAGS[repo];
  if (!tags) return 'no repository';
  const name = Object.keys(tags).find((n) => (tags[n] as string).split(' ').includes(tag));
  return name === undefined ? 'no tag' : chain(name);
}

/** Repositories that can be pulled, by name. */
export const hubRepositories = (): string[] => Object.keys(TAGS).sort();

/** Tags of a repository, as its index lists them. */
export function hubTags(repo: string): string[] {
  return Object.values(TAGS[repo] ?? {}).flatMap((t) => t.split(' '));
}

/** Every image, for who walks them all. */
export const allSpecs = (): Iterable<ImageSpec> => SPECS.values();

function chain(name: string): ImageSpec[] {
  const spec = SPECS.get(name);
  if (!spec) throw new Error(`hub: there is no image ${name}`);
  return spec.from === undefined ? [spec] : [...chain(spec.from), spec];
}
