import type { AttackClass } from './attack.ts';
import { BUILT_INS } from './attacks/built-ins.ts';
import { HOST_FILES } from './attacks/host-files.ts';
import { HOST_PROCESSES } from './attacks/host-processes.ts';
import { NATIVE_CODE } from './attacks/native-code.ts';
import { NETWORK } from './attacks/network.ts';
import { PROTOCOL } from './attacks/protocol.ts';
import { PROTOTYPES } from './attacks/prototypes.ts';
import { RESOURCES } from './attacks/resources.ts';

/** All attacks, in the order of the table in the package's README. */
export const ATTACK_CLASSES: readonly AttackClass[] = [
  HOST_FILES,
  HOST_PROCESSES,
  NATIVE_CODE,
  BUILT_INS,
  ...NETWORK,
  ...RESOURCES,
  ...PROTOCOL,
  PROTOTYPES,
];
