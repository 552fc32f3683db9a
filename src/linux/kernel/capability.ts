/** Capabilities by name, in the order of their numbers. @see capabilities(7), Linux include/uapi/linux/capability.h */
export const CAPABILITIES: readonly string[] = (
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE ' +
  'NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN ' +
  'SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE ' +
  'MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE'
)
  .split(' ')
  .map((n) => `CAP_${n}`);

/** Some of them (undefined: all) as /proc shows a set: 16 hexadecimal digits. */
export function capabilityMask(some: ReadonlySet<string> | undefined): string {
  let bits = 0n;
  for (const [n, name] of CAPABILITIES.entries()) if (some?.has(name) ?? true) bits |= 1n << BigInt(n);
  return bits.toString(16).padStart(16, '0');
}
