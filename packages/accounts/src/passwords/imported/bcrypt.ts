import { verify as verifyBcrypt } from '@node-rs/bcrypt';
import { passwordBytes } from './hash-bytes.ts';
import { atMost, type HashAlgorithm, IMPORTED_HASH_LIMITS } from './hash-shape.ts';

export const bcrypt: HashAlgorithm = {
  findProblem({ hash }) {
    const cost = /^\$2[abxy]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(hash.value)?.[1];
    if (cost === undefined || Number(cost) < 4) {
      return 'hash.value must be a bcrypt hash ($2b$…) of cost 4 or more';
    }
    return atMost('the cost of bcrypt', Number(cost), IMPORTED_HASH_LIMITS.bcryptCost);
  },
  verify: (hash, password) => verifyBcrypt(passwordBytes(hash, password), hash.hash.value),
};
