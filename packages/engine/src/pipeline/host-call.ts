import type { JsonValue } from '@tessera/model';

/** A question that a guest asks during its run. */
export interface HostCall {
  readonly method: string;
  readonly args: readonly JsonValue[];
}
