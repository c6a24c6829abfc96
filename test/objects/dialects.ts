// What a machine's compiler can be told that changes which relocations it emits, and what only assembly has.

import type { Machine } from "../../fixtures/list.js";

/** Assembly around a function or a word of somebody else's: %F% a function, %D% words, %N% the name of what is defined. */
export interface Dialect {
  /** Sets of flags, of which a file gets one of each. */
  readonly choices: readonly (readonly (readonly string[])[])[];
  /** One more of the first, where memory begins low enough for it: in processes. */
  readonly low?: readonly string[];
  /** More flags that a file may have, one by one. */
  readonly options: readonly string[];
  /** Functions that go on as %F% does. */
  readonly jumps: readonly string[];
  /** Functions that answer with the second word of %D%. */
  readonly reads: readonly string[];
  /** A word that holds how far away %D% is. */
  readonly apart: string;
}

const PIC = ["-fPIC"], PIE = ["-fPIE"], FIXED = ["-fno-pic"];
/** Each with what goes with a compiler that makes nothing position-independent. */
const fixed = (...flags: readonly string[]): string[] => [...FIXED, ...flags];

const APART = "\t.4byte %D% - .\n";
const RELAXES: readonly (readonly string[])[] = [["-mrelax"], ["-mno-relax"]];
const DESCRIPTORS: readonly (readonly string[])[] = [[], ["-mtls-dialect=desc"]];

export const DIALECTS: Readonly<Record<Machine, Dialect>> = {
  x86_64: {
    choices: [[PIC, PIC, PIE, FIXED, fixed("-mcmodel=large"), [...PIC, "-mcmodel=large"], [...PIC, "-mcmodel=medium"], fixed("-mcmodel=medium")], [[], ["-mtls-dialect=gnu2"]]],
    options: ["-fno-plt", "-fcf-protection=branch", "-Wa,-mrelax-relocations=no"],
    jumps: ["\tjmp %F%\n", "\tjmp *%F%@GOTPCREL(%rip)\n", "\tmovq %F%@GOTPCREL(%rip), %rax\n\tjmp *%rax\n", "\tsubq $8, %rsp\n\tcall *%F%@GOTPCREL(%rip)\n\taddq $8, %rsp\n\tret\n", "\tmovabsq $%F%, %rax\n\tjmp *%rax\n", "\ttestl %edi, %edi\n\tjne %F%\n\tjmp %F%\n"],
    reads: ["\tmovl %D%+4(%rip), %eax\n\tret\n", "\tmovq %D%@GOTPCREL(%rip), %rax\n\tmovl 4(%rax), %eax\n\tret\n", "\tmovabsq $%D%+4, %rax\n\tmovl (%rax), %eax\n\tret\n", "\tleaq _GLOBAL_OFFSET_TABLE_(%rip), %rcx\n\tmovabsq $%D%@GOTOFF, %rax\n\tmovl 4(%rax,%rcx), %eax\n\tret\n", "\txorl %eax, %eax\n\taddq %D%@GOTPCREL(%rip), %rax\n\tmovl 4(%rax), %eax\n\tret\n"],
    apart: APART,
  },
  i386: {
    choices: [[PIC, PIC, PIE, FIXED], [[], ["-mtls-dialect=gnu2"]]],
    options: ["-fno-plt", "-fcf-protection=branch"],
    jumps: ["\tjmp %F%\n", "\tmovl $%F%, %eax\n\tjmp *%eax\n", "\tpushl %ebx\n\tcall 1f\n1:\tpopl %ebx\n\taddl $_GLOBAL_OFFSET_TABLE_+(.-1b), %ebx\n\tmovl %F%@GOT(%ebx), %eax\n\tpopl %ebx\n\tjmp *%eax\n"],
    reads: ["\tmovl %D%+4, %eax\n\tret\n", "\tcall 1f\n1:\tpopl %ecx\n\taddl $_GLOBAL_OFFSET_TABLE_+(.-1b), %ecx\n\tmovl %D%@GOTOFF+4(%ecx), %eax\n\tret\n", "\tcall 1f\n1:\tpopl %ecx\n\taddl $_GLOBAL_OFFSET_TABLE_+(.-1b), %ecx\n\tmovl %D%@GOT(%ecx), %eax\n\tmovl 4(%eax), %eax\n\tret\n"],
    apart: APART,
  },
  aarch64: {
    // Of the large model clang has thread-local variables in the executable alone.
    choices: [[PIC, PIC, PIE, FIXED, fixed("-mcmodel=large", "-ftls-model=local-exec", "-DMODEL(model)=")]],
    options: ["-fno-plt", "-mbranch-protection=bti", "-mno-outline-atomics"],
    jumps: ["\tb %F%\n", "\tadrp x16, :got:%F%\n\tldr x16, [x16, :got_lo12:%F%]\n\tbr x16\n", "\tadrp x16, %F%\n\tadd x16, x16, :lo12:%F%\n\tbr x16\n", "\tcbz w0, %F%\n\tb %F%\n", "\tb.eq %F%\n\tb.ne %F%\n", "\tldr x16, 1f\n\tbr x16\n\t.p2align 3\n1:\t.8byte %F%\n"],
    reads: [
      "\tadrp x0, %D%+4\n\tldr w0, [x0, :lo12:%D%+4]\n\tret\n", "\tadrp x0, %D%\n\tadd x0, x0, :lo12:%D%\n\tldr w0, [x0, #4]\n\tret\n", "\tadrp x0, :got:%D%\n\tldr x0, [x0, :got_lo12:%D%]\n\tldr w0, [x0, #4]\n\tret\n",
      "\tmovz x0, #:abs_g3:%D%+4\n\tmovk x0, #:abs_g2_nc:%D%+4\n\tmovk x0, #:abs_g1_nc:%D%+4\n\tmovk x0, #:abs_g0_nc:%D%+4\n\tldr w0, [x0]\n\tret\n",
      "\tldr w0, %D%+4\n\tret\n", "\tadr x0, %D%+4\n\tldr w0, [x0]\n\tret\n",
      "\tadrp x1, %D%+4\n\tldrh w0, [x1, :lo12:%D%+4]\n\tadrp x1, %D%+6\n\tldrb w2, [x1, :lo12:%D%+6]\n\torr w0, w0, w2, lsl #16\n\tadrp x1, %D%+7\n\tldrb w2, [x1, :lo12:%D%+7]\n\torr w0, w0, w2, lsl #24\n\tret\n",
    ],
    apart: APART,
  },
  arm: {
    choices: [[PIC, PIC, PIE, FIXED], [["-mthumb"], ["-marm"]]],
    options: ["-mlong-calls", "-mno-movt"],
    jumps: [
      "\t.arm\n\tb %F%\n", "\t.thumb\n\tb.w %F%\n", "\t.thumb\n\tpush {r4, lr}\n\tbl %F%\n\tpop {r4, pc}\n", "\t.arm\n\tpush {r4, lr}\n\tbl %F%\n\tpop {r4, pc}\n", "\t.arm\n\tpush {r4, lr}\n\tmov r4, r0\n\tcmp r4, #5\n\tblhi %F%\n\tcmp r4, #5\n\tblls %F%\n\tpop {r4, pc}\n",
      "\t.arm\n\tldr r12, 1f\n\tbx r12\n1:\t.4byte %F%\n", "\t.thumb\n\tmovw r12, #:lower16:%F%\n\tmovt r12, #:upper16:%F%\n\tbx r12\n", "\t.arm\n\tmovw r12, #:lower16:%F%\n\tmovt r12, #:upper16:%F%\n\tbx r12\n",
      "\t.thumb\n\tbeq.w 1f\n\tb.w %F%\n1:\tb.w %F%\n", "\t.arm\n\tldr r12, 1f\n2:\tadd r12, pc, r12\n\tldr r12, [r12]\n\tbx r12\n1:\t.4byte %F%(GOT_PREL) + (. - 2b - 8)\n",
    ],
    reads: [
      "\t.arm\n\tmovw r0, #:lower16:%D%+4\n\tmovt r0, #:upper16:%D%+4\n\tldr r0, [r0]\n\tbx lr\n", "\t.thumb\n\tmovw r0, #:lower16:%D%+4\n\tmovt r0, #:upper16:%D%+4\n\tldr r0, [r0]\n\tbx lr\n",
      "\t.arm\n\tldr r0, 1f\n2:\tadd r0, pc, r0\n\tldr r0, [r0]\n\tbx lr\n1:\t.4byte %D% + 4 - 2b - 8\n", "\t.arm\n\tldr r0, 1f\n2:\tadd r0, pc, r0\n\tldr r0, [r0]\n\tldr r0, [r0, #4]\n\tbx lr\n1:\t.4byte %D%(GOT_PREL) + (. - 2b - 8)\n",
      "\t.arm\n\tmovw r0, #:lower16:(%D% + 4 - (1f + 8))\n\tmovt r0, #:upper16:(%D% + 4 - (1f + 8))\n1:\tadd r0, pc, r0\n\tldr r0, [r0]\n\tbx lr\n",
    ],
    apart: APART,
  },
  riscv64: riscv(8), riscv32: riscv(4),
  loongarch64: {
    choices: [[PIC, PIC, PIE, FIXED, fixed("-mcmodel=medium"), [...PIC, "-mcmodel=medium"], [...PIC, "-mcmodel=extreme"]], RELAXES], // lld 19 leaves descriptors of static programs to nobody
    options: ["-fno-plt"],
    jumps: ["\tb %F%\n", "\tpcaddu18i $t0, %call36(%F%)\n\tjirl $zero, $t0, 0\n", "\tla.got $t0, %F%\n\tjirl $zero, $t0, 0\n", "\tla.pcrel $t0, %F%\n\tjirl $zero, $t0, 0\n", "\tla.abs $t0, %F%\n\tjirl $zero, $t0, 0\n", "\tbnez $a0, 1f\n\tb %F%\n1:\tb %F%\n"],
    reads: [
      "\tla.pcrel $a0, %D%+4\n\tld.w $a0, $a0, 0\n\tret\n", "\tla.got $a0, %D%\n\tld.w $a0, $a0, 4\n\tret\n", "\tla.abs $a0, %D%+4\n\tld.w $a0, $a0, 0\n\tret\n", "\tla.pcrel $a0, $t0, %D%\n\tld.w $a0, $a0, 4\n\tret\n", "\tla.got $a0, $t0, %D%\n\tld.w $a0, $a0, 4\n\tret\n",
      "\tpcalau12i $t0, %pc_hi20(%D%+4)\n\tld.w $a0, $t0, %pc_lo12(%D%+4)\n\tret\n",
    ],
    apart: APART,
  },
};

function riscv(bytes: number): Dialect {
  const load = bytes === 8 ? "ld" : "lw";
  return {
    choices: [[PIC, PIC, PIE, fixed("-mcmodel=medany")], RELAXES, DESCRIPTORS],
    low: fixed("-mcmodel=medlow"),
    options: ["-mno-implicit-float", "-msmall-data-limit=0"],
    jumps: ["\ttail %F%\n", "\tj %F%\n", "\taddi sp, sp, -16\n\tsw zero, 0(sp)\n\t" + `s${load[1]} ra, 8(sp)\n\tcall %F%\n\t${load} ra, 8(sp)\n\taddi sp, sp, 16\n\tret\n`, "\tla.got t0, %F%\n".replace("la.got", "lga") + "\tjr t0\n", "\tlla t0, %F%\n\tjr t0\n", "\tbeqz a0, 1f\n\ttail %F%\n1:\ttail %F%\n"],
    reads: [
      "\tlla a0, %D%+4\n\tlw a0, 0(a0)\n\tret\n", "\tlga a0, %D%\n\tlw a0, 4(a0)\n\tret\n", "\tlw a0, %D%+4\n\tret\n", "1:\tauipc a0, %pcrel_hi(%D%+4)\n\tlw a0, %pcrel_lo(1b)(a0)\n\tret\n",
      `\t.option push\n\t.option norvc\n1:\tauipc a0, %got_pcrel_hi(%D%)\n\t${load} a0, %pcrel_lo(1b)(a0)\n\tlw a0, 4(a0)\n\tret\n\t.option pop\n`,
    ],
    apart: "\t.4byte %D% - .\n",
  };
}
