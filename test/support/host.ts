// The symbols that the hosts of modules define in the tests, at addresses that nothing else has.

const NAMES = [
  "strlen", "memcpy", "memset", "memcmp", "lw_print", "malloc", "free", "__stack_chk_fail", "__stack_chk_guard",
  "__tls_get_addr", "___tls_get_addr", "__aeabi_read_tp", "lw_tls_static", "lw_tls_dynamic", "lw_tls_absent",
  "__aeabi_memcpy", "__aeabi_memset", "__aeabi_memclr", "__aeabi_unwind_cpp_pr0", "__aeabi_unwind_cpp_pr1",
];
const START = 0x7000_0010;
/** Odd, so that some of the addresses are. */
const STEP = 0x123;

/** Their addresses by name. */
export const HOST_SYMBOLS: ReadonlyMap<string, bigint> = new Map(NAMES.map((name, i) => [name, BigInt(START + STEP * i)]));

/** The same as options of the command line. */
export const HOST_DEFINES: readonly string[] = [...HOST_SYMBOLS].flatMap(([name, address]) => ["--define", `${name}=0x${address.toString(16)}`]);
