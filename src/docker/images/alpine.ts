/** Files that Alpine has on top of busybox. */
import type { LayerSpec } from '../../linux/kernel/machine.ts';

export const ALPINE_FILES: LayerSpec = {
  '/sbin/apk': { program: 'apk', size: 73_000 },
  '/etc/alpine-release': '3.22.0\n',
  '/etc/apk/repositories':
    'http://dl-cdn.alpinelinux.org/alpine/v3.22/main\nhttp://dl-cdn.alpinelinux.org/alpine/v3.22/community\n',
  '/etc/apk/world': 'alpine-baselayout\nalpine-keys\napk-tools\nbusybox\nlibc-utils\n',
  '/etc/os-release':
    'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.22.0\nPRETTY_NAME="Alpine Linux v3.22"\nHOME_URL="https://alpinelinux.org/"\n',
  '/lib/apk/db/installed': '',
};
