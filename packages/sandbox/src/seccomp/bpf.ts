/**
 * Assembles classic BPF for seccomp. The kernel reads `struct seccomp_data`: the call's number at
 * offset 0, the architecture at 4, and the low halves of the arguments at 16, 24, 32, …
 */
export interface BpfInstruction {
  readonly code: number;
  /** Instructions to skip when the comparison holds, and when it does not. */
  readonly jumpTrue: number;
  readonly jumpFalse: number;
  /** Operand. */
  readonly k: number;
}

const LOAD_WORD = 0x20;
const JUMP_EQUAL = 0x15;
const JUMP_GREATER = 0x25;
const JUMP_SET = 0x45;
const RETURN = 0x06;

const NUMBER_OFFSET = 0;
const ARCHITECTURE_OFFSET = 4;
const ARGUMENTS_OFFSET = 16;

export const SECCOMP_ALLOW = 0x7fff0000;
export const SECCOMP_KILL_PROCESS = 0x80000000;
const SECCOMP_ERRNO = 0x00050000;

/** The verdict that makes a call fail with `errno`. */
export function refuseWith(errno: number): number {
  return SECCOMP_ERRNO | errno;
}

function instruction(code: number, k: number, jumps: readonly [number, number] = [0, 0]) {
  return { code, k, jumpTrue: jumps[0], jumpFalse: jumps[1] } satisfies BpfInstruction;
}

export const loadArchitecture = (): BpfInstruction => instruction(LOAD_WORD, ARCHITECTURE_OFFSET);
export const loadNumber = (): BpfInstruction => instruction(LOAD_WORD, NUMBER_OFFSET);
/** Low 32 bits of an argument, on a little-endian machine. */
export const loadArgument = (index: number): BpfInstruction =>
  instruction(LOAD_WORD, ARGUMENTS_OFFSET + 8 * index);
export const answer = (verdict: number): BpfInstruction => instruction(RETURN, verdict);

/** Goes on when the loaded word equals `value`, else skips `skip` instructions. */
export const unlessEqualSkip = (value: number, skip: number): BpfInstruction =>
  instruction(JUMP_EQUAL, value, [0, skip]);
/** Skips `skip` instructions when the loaded word equals `value`, else goes on. */
export const ifEqualSkip = (value: number, skip: number): BpfInstruction =>
  instruction(JUMP_EQUAL, value, [skip, 0]);
/** Goes on when the loaded word is greater than `value`, else skips `skip` instructions. */
export const unlessGreaterSkip = (value: number, skip: number): BpfInstruction =>
  instruction(JUMP_GREATER, value, [0, skip]);
/** Goes on when any of the bits is set, else skips `skip` instructions. */
export const unlessBitsSkip = (bits: number, skip: number): BpfInstruction =>
  instruction(JUMP_SET, bits, [0, skip]);

/** Encodes instructions as the kernel's `struct sock_filter`, eight little-endian bytes each. */
export function encodeProgram(program: readonly BpfInstruction[]): Uint8Array {
  const bytes = new Uint8Array(program.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [index, { code, jumpTrue, jumpFalse, k }] of program.entries()) {
    view.setUint16(index * 8, code, true);
    view.setUint8(index * 8 + 2, jumpTrue);
    view.setUint8(index * 8 + 3, jumpFalse);
    view.setUint32(index * 8 + 4, k >>> 0, true);
  }
  return bytes;
}
