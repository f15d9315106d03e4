import {
  type FactorProof,
  SECOND_FACTOR_TYPES,
  type SecondFactorType,
  type UsableFactor,
} from '@tessera/model';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { CsrfProtection } from '../csrf.ts';
import type { FormBody } from '../forms/form-body.ts';
import type { UniversalLoginOptions } from '../options.ts';
import { type PageRequest, showScreen } from '../show-screen.ts';
import { finishStep, redirect, resumeStep } from './finish-step.ts';
import {
  openPage,
  openPost,
  type Refusal,
  refuseError,
  refuseVerdict,
  SHOWN_FIRST,
} from './mfa-page.ts';
import { findNote, type MfaSession } from './mfa-session.ts';
import { challengeOptionsUrl, challengePath, mfaUrl } from './mfa-urls.ts';
import type { StepPlan } from './plan-step.ts';
import { parseResponse } from './read-response.ts';
import { CODE_SCREEN, codeField, type StepData, WAIT_SCREEN, WEBAUTHN_SCREEN } from './screens.ts';

type Query = { Querystring: Record<string, unknown> };
type ChallengePlan = Extract<StepPlan, { readonly kind: 'challenge' }>;

/** A challenge with one factor, on its page. */
interface Challenge {
  readonly session: MfaSession;
  readonly plan: ChallengePlan;
  readonly factor: UsableFactor;
}

const FIELDS = ['code', 'authenticator', 'remember_browser', 'send', 'oob_code', 'response'];

/** Adds a page per factor that asks for it. */
export function addChallengeRoutes(
  app: FastifyInstance,
  options: UniversalLoginOptions,
  csrf: CsrfProtection,
): void {
  for (const type of SECOND_FACTOR_TYPES) {
    app.get<Query>(challengePath(type), async (request, reply) => {
      const page = { options, csrf, request, reply };
      const opened = await openPage(page, request.query.state);
      if ('sent' in opened) return opened.sent;
      const challenge = chooseFactor(opened, type, request.query.authenticator);
      if (!challenge) return redirect(page, mfaUrl(opened.session.step.state));
      return showChallenge(page, challenge, SHOWN_FIRST);
    });

    app.post(challengePath(type), async (request, reply) => {
      const page = { options, csrf, request, reply };
      const opened = await openPost(page, FIELDS);
      if ('sent' in opened) return opened.sent;
      const { form } = opened;
      const challenge = chooseFactor(opened, type, form.values.authenticator);
      if (!challenge) return redirect(page, mfaUrl(opened.session.step.state));
      if (form.values.send) return showChallenge(page, challenge, SHOWN_FIRST, form.values.send);
      return judge(page, challenge, form);
    });
  }

  app.get<Query>('/u/mfa-push-challenge-state', async (request, reply) => {
    const page = { options, csrf, request, reply };
    const opened = await openPage(page, request.query.state);
    if ('sent' in opened) return opened.sent;
    const challenge = chooseFactor(opened, 'push-notification', request.query.authenticator);
    const { mfa, subject } = opened.session;
    const isAnswered =
      !challenge || (await options.pushDevices.isAnswered(mfa, subject, nameOf(challenge)));
    return reply
      .header('cache-control', 'no-store')
      .send({ state: isAnswered ? 'answered' : 'pending' });
  });
}

function chooseFactor(
  { session, plan }: { readonly session: MfaSession; readonly plan: StepPlan },
  type: SecondFactorType,
  authenticator: unknown,
): Challenge | undefined {
  if (plan.kind !== 'challenge') return undefined;
  const ofType = plan.all.filter((factor) => factor.type === type);
  const factor =
    ofType.find(({ authenticatorId }) => authenticatorId === authenticator) ?? ofType[0];
  return factor && { session, plan, factor };
}

/** The challenge that this page began; loading the page again sends nothing again. */
const nameOf = ({ session, factor }: Challenge) =>
  `page ${session.step.state} ${factor.authenticatorId}`;

async function judge(
  page: PageRequest,
  challenge: Challenge,
  form: FormBody,
): Promise<FastifyReply> {
  const { session, plan, factor } = challenge;
  const { values } = form;
  const proof = readProof(challenge, values);
  const verdict = proof
    ? await page.options.multifactor.verify(session.mfa, session.subject, proof)
    : ({ kind: 'wrong' } as const);
  if (verdict.kind === 'passed') {
    const rememberBrowser = values.remember_browser === 'on';
    return finishStep(page, session, { plan, verdict, rememberBrowser });
  }
  // The same form was sent twice at once, and the other one has passed.
  if (await findNote(session, 'passed')) return resumeStep(page, session);
  const isTyped = isCode(factor.type);
  return showChallenge(page, challenge, refuseVerdict(page, verdict, isTyped ? 'code' : undefined));
}

const isCode = (type: SecondFactorType) =>
  type === 'otp' || type === 'phone' || type === 'email' || type === 'recovery-code';

function readProof(challenge: Challenge, values: FormBody['values']): FactorProof | undefined {
  const { code = '', oob_code: oobCode = '', response = '' } = values;
  switch (challenge.factor.type) {
    case 'otp':
    case 'recovery-code':
      return { kind: challenge.factor.type, code };
    case 'phone':
    case 'email':
      return code.trim() === ''
        ? undefined
        : { kind: 'oob', oobCode: nameOf(challenge), bindingCode: code };
    case 'push-notification':
      return { kind: 'oob', oobCode: nameOf(challenge) };
    case 'webauthn-roaming':
    case 'webauthn-platform': {
      const parsed = parseResponse(response);
      return parsed && { kind: 'webauthn', oobCode, response: parsed };
    }
  }
}

async function showChallenge(
  page: PageRequest,
  challenge: Challenge,
  shown: Refusal,
  send?: string,
): Promise<FastifyReply> {
  const { session, factor } = challenge;
  const { multifactor } = page.options;
  const { authenticatorId, type } = factor;
  const isWebAuthn = type === 'webauthn-roaming' || type === 'webauthn-platform';
  // What was refused begins nothing anew; a key needs a new challenge.
  if (!isWebAuthn && shown !== SHOWN_FIRST) return showForm(page, challenge, shown);
  const channel = send === 'sms' || send === 'voice' ? ({ channel: send } as const) : {};
  try {
    const begun = await multifactor.beginChallenge(session.mfa, session.subject, {
      authenticatorId,
      ...channel,
      // Keys answer each challenge of their own, so that two tabs do not spoil each other's.
      ...(isWebAuthn ? {} : { oobCode: nameOf(challenge), resend: send !== undefined }),
    });
    if (begun.kind !== 'webauthn') return await showForm(page, challenge, shown);
    const { oobCode, options } = begun;
    const { status, form } = shown;
    return await showScreen(page, {
      ...session.place,
      screen: WEBAUTHN_SCREEN,
      status,
      form,
      data: (t) => ({
        ...stepData(challenge, [{ name: 'oob_code', value: oobCode }]),
        heading: t.text(`mfa.challenge.${type}.heading`),
        lede: t.text(`mfa.challenge.${type}.lede`),
        ceremony: 'get',
        options: JSON.stringify(options),
      }),
    });
  } catch (error) {
    return showForm(page, challenge, refuseError(page, error, 'code'));
  }
}

async function showForm(
  page: PageRequest,
  challenge: Challenge,
  { status, form }: Refusal,
): Promise<FastifyReply> {
  const { session, factor } = challenge;
  const { type, label = '' } = factor;
  const shown = { ...session.place, status, form };
  if (type === 'push-notification') {
    const { state } = session.step;
    const query = new URLSearchParams({ state, authenticator: factor.authenticatorId });
    return showScreen(page, {
      ...shown,
      screen: WAIT_SCREEN,
      data: (t) => ({
        ...stepData(challenge, []),
        heading: t.text('mfa.challenge.push-notification.heading'),
        lede:
          label === ''
            ? t.text('mfa.challenge.push-notification.lede-unnamed')
            : t.text('mfa.challenge.push-notification.lede', { label }),
        stateUrl: `/u/mfa-push-challenge-state?${query.toString()}`,
        qr: null,
      }),
    });
  }
  return showScreen(page, {
    ...shown,
    screen: CODE_SCREEN,
    data: (t) => ({
      ...stepData(challenge, []),
      heading: t.text(`mfa.challenge.${type}.heading`),
      lede: t.text(`mfa.challenge.${type}.lede`, { label }),
      fields: codeField(t, form, type === 'recovery-code'),
      sends: listSends(session, type).map((value) => ({
        value,
        text: t.text(value === 'voice' ? 'mfa.send.voice' : 'mfa.send.again'),
      })),
    }),
  });
}

function listSends({ mfa }: MfaSession, type: SecondFactorType): readonly string[] {
  if (type === 'email') return ['email'];
  if (type !== 'phone') return [];
  const channels = mfa.tenant.settings.mfa?.phoneMessageTypes ?? [];
  return channels.length > 0 ? channels : ['sms'];
}

function stepData(
  { session, plan, factor }: Challenge,
  hidden: StepData['hidden'],
): Omit<StepData, 'heading' | 'lede'> {
  return {
    action: challengePath(factor.type),
    canRemember: session.step.cause.allowRememberBrowser && !plan.isProof,
    otherUrl: plan.all.length > 1 ? challengeOptionsUrl(session.step.state) : null,
    hidden: [{ name: 'authenticator', value: factor.authenticatorId }, ...hidden],
  };
}
