import type { ActionBuilder, Logger, Store } from '@tessera/model';

/** What build jobs work with. */
export interface BuildServices {
  readonly store: Store;
  readonly builder: ActionBuilder;
  readonly logger: Logger;
}
