/** Architectures that the filter knows, as `process.arch` has them. */
export type SeccompArchitecture = 'x64' | 'arm64';

/** Number on x86-64, number on arm64 (`undefined`: the call does not exist there). */
export type SyscallNumbers = readonly [x64: number | undefined, arm64: number | undefined];

/** From this number on the kernel is newer than this table; such calls do not exist for a guest. */
export const FIRST_UNKNOWN_SYSCALL = 467;

/** What no action needs. Grouped by what it would give away. */
export const REFUSED = {
  // Sockets: the guest owns the two inherited ones and gets no other.
  socket: [41, 198],
  socketpair: [53, 199],
  bind: [49, 200],
  listen: [50, 201],
  accept: [43, 202],
  accept4: [288, 242],
  connect: [42, 203],
  // Other processes. `execve` stays: the launcher itself needs it after the filter is loaded, and
  // the root holds one program. `clone` is judged by its flags.
  fork: [57, undefined],
  vfork: [58, undefined],
  execveat: [322, 281],
  ptrace: [101, 117],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  process_madvise: [440, 440],
  kcmp: [312, 272],
  pidfd_open: [434, 434],
  pidfd_getfd: [438, 438],
  pidfd_send_signal: [424, 424],
  process_mrelease: [448, 448],
  // Namespaces, mounts, roots.
  mount: [165, 40],
  umount2: [166, 39],
  pivot_root: [155, 41],
  chroot: [161, 51],
  setns: [308, 268],
  unshare: [272, 97],
  open_tree: [428, 428],
  move_mount: [429, 429],
  fsopen: [430, 430],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fspick: [433, 433],
  mount_setattr: [442, 442],
  name_to_handle_at: [303, 264],
  open_by_handle_at: [304, 265],
  mknod: [133, undefined],
  mknodat: [259, 33],
  quotactl: [179, 60],
  quotactl_fd: [443, 443],
  fanotify_init: [300, 262],
  fanotify_mark: [301, 263],
  // What others do with their files: Landlock does not judge watching.
  inotify_init: [253, undefined],
  inotify_init1: [294, 26],
  lookup_dcookie: [212, 18],
  statmount: [457, 457],
  listmount: [458, 458],
  sysfs: [139, undefined],
  ustat: [136, undefined],
  uselib: [134, undefined],
  nfsservctl: [180, 42],
  // Large kernel surfaces with a history of holes.
  bpf: [321, 280],
  perf_event_open: [298, 241],
  userfaultfd: [323, 282],
  add_key: [248, 217],
  request_key: [249, 218],
  keyctl: [250, 219],
  memfd_create: [319, 279],
  memfd_secret: [447, 447],
  personality: [135, 92],
  modify_ldt: [154, undefined],
  shmget: [29, 194],
  shmctl: [31, 195],
  shmat: [30, 196],
  semget: [64, 190],
  semctl: [66, 191],
  semop: [65, 193],
  semtimedop: [220, 192],
  msgget: [68, 186],
  msgctl: [71, 187],
  msgrcv: [70, 188],
  msgsnd: [69, 189],
  mq_open: [240, 180],
  migrate_pages: [256, 238],
  move_pages: [279, 239],
  mbind: [237, 235],
  set_mempolicy: [238, 237],
  // The machine.
  kexec_load: [246, 104],
  kexec_file_load: [320, 294],
  init_module: [175, 105],
  finit_module: [313, 273],
  delete_module: [176, 106],
  reboot: [169, 142],
  swapon: [167, 224],
  swapoff: [168, 225],
  acct: [163, 89],
  syslog: [103, 116],
  iopl: [172, undefined],
  ioperm: [173, undefined],
  settimeofday: [164, 170],
  clock_settime: [227, 112],
  adjtimex: [159, 171],
  clock_adjtime: [305, 266],
  sethostname: [170, 161],
  setdomainname: [171, 162],
  vhangup: [153, 58],
  // Priorities: a guest runs at nice 10 and stays there.
  setpriority: [141, 140],
  sched_setparam: [142, 118],
  sched_setscheduler: [144, 119],
  sched_setattr: [314, 274],
  sched_setaffinity: [203, 122],
  ioprio_set: [251, 30],
} as const satisfies Record<string, SyscallNumbers>;

/** Signals to others; refused where the guest sees the machine's processes. */
export const SIGNALS = {
  kill: [62, 129],
  tkill: [200, 130],
  tgkill: [234, 131],
  rt_sigqueueinfo: [129, 138],
  rt_tgsigqueueinfo: [297, 240],
} as const satisfies Record<string, SyscallNumbers>;

/** Answered with ENOSYS, so that libc and libuv fall back to older calls. */
export const ABSENT = {
  clone3: [435, 435],
  io_uring_setup: [425, 425],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
} as const satisfies Record<string, SyscallNumbers>;

export const CLONE: SyscallNumbers = [56, 220];
export const IOCTL: SyscallNumbers = [16, 29];
