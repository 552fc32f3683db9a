/**
 * The integers both compilers share: AssemblyScript (wasm/assembly) and TypeScript (src/linux/core). Integers only.
 * Sizes and offsets are in bytes; records lie in linear memory and are little-endian unless "be".
 */

export * from './abi/capture';
export * from './abi/conf';
export * from './abi/conn';
export * from './abi/dev';
export * from './abi/drop';
export * from './abi/errno';
export * from './abi/event';
export * from './abi/fdb';
export * from './abi/fib';
export * from './abi/ip6';
export * from './abi/ipvs';
export * from './abi/match';
export * from './abi/mib';
export * from './abi/mib6';
export * from './abi/neigh';
export * from './abi/nf';
export * from './abi/nflog';
export * from './abi/ns';
export * from './abi/qdisc';
export * from './abi/route';
export * from './abi/snmp';
export * from './abi/sock';
export * from './abi/timer';
export * from './abi/trace';
export * from './abi/vxlan';
