// WASI preview 1, as far as the program uses it. Every function but the last answers with an errno.

@external("wasi_snapshot_preview1", "args_sizes_get") export declare function argsSizes(count: usize, bytes: usize): u32;
@external("wasi_snapshot_preview1", "args_get") export declare function args(pointers: usize, bytes: usize): u32;
@external("wasi_snapshot_preview1", "fd_prestat_get") export declare function prestat(fd: u32, into: usize): u32;
@external("wasi_snapshot_preview1", "fd_prestat_dir_name") export declare function prestatName(fd: u32, into: usize, bytes: u32): u32;
@external("wasi_snapshot_preview1", "path_filestat_get")
export declare function fileStat(fd: u32, lookup: u32, path: usize, pathBytes: u32, into: usize): u32;
@external("wasi_snapshot_preview1", "path_open")
export declare function open(
  fd: u32, lookup: u32, path: usize, pathBytes: u32, create: u32, rights: u64, inherited: u64, flags: u32, into: usize,
): u32;
@external("wasi_snapshot_preview1", "fd_read") export declare function read(fd: u32, pieces: usize, count: u32, done: usize): u32;
@external("wasi_snapshot_preview1", "fd_write") export declare function write(fd: u32, pieces: usize, count: u32, done: usize): u32;
@external("wasi_snapshot_preview1", "fd_close") export declare function close(fd: u32): u32;
@external("wasi_snapshot_preview1", "proc_exit") export declare function exit(status: u32): void;

/** The errnos that are worded. */
export const enum Errno {
  Ok = 0,
  Acces = 2,
  Io = 29,
  Isdir = 31,
  Loop = 32,
  Noent = 44,
  Nospc = 51,
  Notdir = 54,
  Perm = 63,
  Rofs = 69,
  Notcapable = 76,
}

/** Links are followed. */
export const FOLLOW: u32 = 1;

/** Flags of `open`. */
export const enum Create {
  No = 0,
  Yes = 1,
  Truncate = 8,
}

/** Rights of `open`. */
export const enum Right {
  Read = 2,
  Write = 64,
}

/** Kinds of files. */
export const enum FileType {
  Directory = 3,
  Regular = 4,
}

/** What `fileStat` says. */
@unmanaged
export class Stat {
  device: u64;
  inode: u64;
  type: u8;
  links: u64;
  bytes: u64;
}

if (offsetof<Stat>("bytes") != 32) ERROR("filestat has its size at byte 32");

/** Bytes of a filestat. */
export const STAT_BYTES: usize = 64;

/** A piece of memory to read into or to write. */
@unmanaged
export class Piece {
  at: usize;
  bytes: usize;
}
