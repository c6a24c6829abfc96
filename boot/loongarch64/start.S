/* LoongArch, 64 bit, on QEMU's "virt": the entry, the TLB refill handler and the exception vector.
 *
 * QEMU jumps here at privilege level 0 in direct address translation (CRMD.DA): addresses are physical. The TLB is
 * filled by software, by a handler that runs in direct translation again. Sections cite the LoongArch reference
 * manual, volume 1, v1.00. */

/* Control and status registers (7.1, table 7-1). */
#define CSR_CRMD 0x0
#define CSR_EUEN 0x2
#define CSR_ECFG 0x4
#define CSR_EENTRY 0xc
#define CSR_PGD 0x1b
#define CSR_SAVE0 0x30
#define CSR_TLBRENTRY 0x88
#define CSR_TLBRBADV 0x89
#define CSR_TLBRERA 0x8a
#define CSR_TLBRSAVE 0x8b
#define CSR_TLBRELO0 0x8c
#define CSR_TLBRELO1 0x8d
#define CSR_MERRENTRY 0x93
#define CSR_DMW0 0x180

#define CRMD_DA_CACHED 0xa8 /* 7.4.1: PLV 0, IE 0, DA 1, DATF and DATM 1 (coherent, cached) */
#define EUEN_FPE 1          /* 7.4.3: floating point on */
#define TLBRERA_ISTLBR 1    /* 7.5.10: in the lowest bit, a refill is under way */
#define TLBRELO_NX 62       /* 7.5.3: the bit of "not executable" */
#define PAGE_SHIFT 14       /* as in board.c */

  .section .text.start, "ax", @progbits
  .globl _start
_start:
  li.w $t0, CRMD_DA_CACHED
  csrwr $t0, CSR_CRMD
  csrwr $zero, CSR_ECFG /* no interrupts; 7.4.5: VS 0, one entry for all exceptions */
  li.w $t0, EUEN_FPE
  csrwr $t0, CSR_EUEN
  movgr2fcsr $fcsr0, $zero
  la.pcrel $t0, trap
  csrwr $t0, CSR_EENTRY
  la.pcrel $t0, trap
  csrwr $t0, CSR_MERRENTRY
  la.pcrel $t0, refill
  csrwr $t0, CSR_TLBRENTRY
  csrwr $zero, CSR_DMW0 /* no direct mapped windows: every address goes through the page tables */
  csrwr $zero, CSR_DMW0 + 1
  csrwr $zero, CSR_DMW0 + 2
  csrwr $zero, CSR_DMW0 + 3

  la.pcrel $t0, image_bss_start
  la.pcrel $t1, image_bss_end
1:
  st.d $zero, $t0, 0
  addi.d $t0, $t0, 8
  bltu $t0, $t1, 1b
  la.pcrel $sp, image_stack_top
  move $fp, $zero
  b board_start

/* 5.4.3 and 7.5.8: fills the pair of pages around TLBRBADV from the tables of board.c. Every directory entry there
 * leads to a table, so no level is tested; a page that is not mapped is filled with V = 0 and traps then. The last
 * level is read by plain loads: QEMU 7.2's ldpte loses an entry's bits above the physical address, and with them NX
 * and NR. TLBREHI.PS was set once, and the exception has put the page's number beside it. 7.5.7: the handler's
 * address is that of a 4 KiB page.
 *
 * QEMU 7.2 never ends the exception of a fetch from a valid page with NX: it wants to record the instruction there
 * (BADI) and faults again. So a fetch that comes to be refilled from such a page finds it invalid. */
  .balign 4096
refill:
  csrwr $t0, CSR_TLBRSAVE
  csrwr $t1, CSR_SAVE0
  csrrd $t0, CSR_PGD
  lddir $t0, $t0, 4
  lddir $t0, $t0, 3
  lddir $t0, $t0, 1
  csrrd $t1, CSR_TLBRBADV
  bstrpick.d $t1, $t1, PAGE_SHIFT + 10, PAGE_SHIFT + 1 /* the pair's index */
  slli.d $t1, $t1, 4                                   /* two entries of 8 bytes */
  add.d $t0, $t0, $t1
  ld.d $t1, $t0, 0
  csrwr $t1, CSR_TLBRELO0
  ld.d $t1, $t0, 8
  csrwr $t1, CSR_TLBRELO1
  csrrd $t0, CSR_TLBRBADV
  csrrd $t1, CSR_TLBRERA
  xor $t1, $t1, $t0
  addi.d $t1, $t1, -TLBRERA_ISTLBR
  beqz $t1, 2f /* the address is that of the instruction */
1:
  tlbfill
  csrrd $t1, CSR_SAVE0
  csrrd $t0, CSR_TLBRSAVE
  ertn

2:
  bstrpick.d $t0, $t0, PAGE_SHIFT, PAGE_SHIFT
  csrrd $t1, CSR_TLBRELO0
  beqz $t0, 3f
  csrrd $t1, CSR_TLBRELO1
3:
  bstrpick.d $t1, $t1, TLBRELO_NX, TLBRELO_NX
  beqz $t1, 1b
  csrwr $zero, CSR_TLBRELO0
  csrwr $zero, CSR_TLBRELO1
  b 1b

/* No exception is returned from, so nothing is saved: what trap_report tells is in the CSRs. The stack is one that
 * the program which trapped cannot have used up. */
  .balign 4096
trap:
  la.pcrel $sp, image_trap_stack_top
  move $fp, $zero
  b board_trap
