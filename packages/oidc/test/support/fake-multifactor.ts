import { randomUUID } from 'node:crypto';
import type {
  FactorProof,
  FactorsAccess,
  FactorVerdict,
  MfaToken,
  Multifactor,
  SecondFactorType,
  UsableFactor,
} from '@tessera/model';

/** The right code of every factor. */
export const CODE = '123456';

/** Second factors whose code is always the same; the real ones are tested with the accounts. */
export class FakeMultifactor implements Multifactor {
  /** What the tenant has enabled. */
  enabled: SecondFactorType[] = ['otp', 'phone', 'push-notification', 'recovery-code'];
  /** What everybody has set up. */
  usable: SecondFactorType[] = [];
  /** How the person answered on their device; undefined: not yet. */
  pushAnswer: 'passed' | 'rejected' | undefined;
  /** Access tokens of the audience `/mfa/`, by their text. */
  readonly accessTokens = new Map<string, FactorsAccess>();
  /** What is proven was being set up. */
  isEnrollment = false;
  readonly #tokens = new Map<string, MfaToken>();

  listEnabledTypes(): readonly SecondFactorType[] {
    return this.enabled;
  }

  async listUsableFactors(): Promise<readonly UsableFactor[]> {
    return this.usable.map((type) => ({ authenticatorId: `${type}|dev_1`, type }));
  }

  async listEnrolledFactors() {
    return this.usable.map((type) => ({ type }));
  }

  async readAccessToken(_context: unknown, token: string): Promise<FactorsAccess | undefined> {
    return this.accessTokens.get(token);
  }

  async verify(_context: unknown, _subject: unknown, proof: FactorProof): Promise<FactorVerdict> {
    const verdict = this.#judge(proof);
    return verdict.kind === 'passed' ? { ...verdict, isEnrollment: this.isEnrollment } : verdict;
  }

  #judge(proof: FactorProof): FactorVerdict {
    if (proof.kind === 'oob' && proof.bindingCode === undefined) {
      if (this.pushAnswer === undefined) return { kind: 'pending' };
      return this.pushAnswer === 'rejected' ? { kind: 'rejected' } : passed('push-notification');
    }
    if (proof.kind === 'oob') return proof.bindingCode === CODE ? passed('phone') : WRONG;
    if (proof.kind === 'webauthn') return WRONG;
    if (proof.code === 'too many') return { kind: 'too-many-attempts', retryAfterSeconds: 9 };
    if (proof.code !== CODE) return WRONG;
    return proof.kind === 'otp'
      ? passed('otp')
      : { ...passed('recovery-code'), recoveryCode: 'NEWCODE' };
  }

  async issueToken(_context: unknown, facts: MfaToken): Promise<string> {
    const token = randomUUID();
    // Through JSON, as it would be stored.
    this.#tokens.set(token, JSON.parse(JSON.stringify(facts)));
    return token;
  }

  async findToken(_context: unknown, token: string): Promise<MfaToken | undefined> {
    return this.#tokens.get(token);
  }

  async consumeToken(_context: unknown, token: string): Promise<MfaToken | undefined> {
    const facts = this.#tokens.get(token);
    this.#tokens.delete(token);
    return facts;
  }

  beginChallenge = unused;
  beginEnrollment = unused;
  regenerateRecoveryCode = unused;
  removeFactor = unused;
  createEnrollmentTicket = unused;
  findEnrollmentTicket = unused;
  closeEnrollmentTicket = unused;
}

const WRONG = { kind: 'wrong' } as const;

function passed(type: SecondFactorType) {
  return { kind: 'passed', type, authenticatorId: `${type}|dev_1`, isEnrollment: false } as const;
}

async function unused(): Promise<never> {
  throw new Error('the protocol does not call this');
}
