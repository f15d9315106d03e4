import type { Method, Param } from './contract.ts';

/** A value as a test writes it: JSON, or what is never right. */
export type Argument = unknown;

/** Arguments that the method takes, every optional one included. */
export function rightArguments(method: Method): Argument[] {
  return topLevel(method).map((param) => rightValue(method, param));
}

/** How many of them must be given. */
export function requiredCount(method: Method): number {
  return topLevel(method).filter(({ optional }) => optional !== true).length;
}

export interface WrongCall {
  /** The parameter, or member of one, that is wrong. */
  readonly param: string;
  readonly args: Argument[];
}

/** One call for each parameter and member, with that one wrong; and one with it missing, where it must be there. */
export function wrongCalls(method: Method): WrongCall[] {
  return method.params.flatMap((param) => {
    const wrong = { param: param.name, args: replace(method, param.name, wrongValue(param)) };
    // What encloses an optional object can be left out with it.
    if (param.optional === true || param.type === 'unknown') return [wrong];
    return [wrong, { param: param.name, args: replace(method, param.name, undefined) }];
  });
}

const topLevel = ({ params }: Method): Param[] => params.filter(({ name }) => !name.includes('.'));

const membersOf = ({ params }: Method, owner: string): Param[] =>
  params.filter(
    ({ name }) => name.startsWith(`${owner}.`) && !name.slice(owner.length + 1).includes('.'),
  );

/** Parameters whose rule is more than their type. */
const BY_NAME: Readonly<Record<string, unknown>> = {
  url: 'https://example.com/',
  provider_url: 'https://mfa.example.com/',
  'params.from': '1',
  'params.take': 1,
  'options.tokenParameterName': 'session_token',
  // Five actors are the most: there is no sixth.
  'actor.act.act.act.act.act': undefined,
};

function rightValue(method: Method, param: Param): Argument {
  if (Object.hasOwn(BY_NAME, param.name)) return BY_NAME[param.name];
  if (param.values !== undefined && param.values.length > 0) return param.values[0];
  const members = membersOf(method, param.name);
  if (members.length > 0) {
    return Object.fromEntries(
      members.map((member) => [
        member.name.slice(param.name.length + 1),
        rightValue(method, member),
      ]),
    );
  }
  const value = BY_TYPE[param.type];
  if (value === undefined) throw new Error(`${method.path}: no value for the type ${param.type}`);
  return value;
}

const BY_TYPE: Readonly<Record<string, unknown>> = {
  string: 'text',
  number: 60_000,
  boolean: true,
  dictionary: {},
  unknown: { any: ['json'] },
  // Of claims in SAML and of transaction metadata: scalars.
  object: 'text',
  'array of string': ['text'],
  'array of objects': [{ type: 'otp' }],
};

function wrongValue({ type, values }: Param): Argument {
  if (values !== undefined && values.length > 0) return 'no such "word"';
  switch (type) {
    case 'string':
      return 7;
    case 'unknown':
      return () => {};
    case 'object':
      return { nested: {} };
    default:
      return 'not of this type';
  }
}

/** The right arguments, but for one parameter or member. */
function replace(method: Method, name: string, value: Argument): Argument[] {
  const [param = '', ...members] = name.split('.');
  return topLevel(method).map((top) => {
    const right = rightValue(method, top);
    return top.name === param ? replaceMember(right, members, value) : right;
  });
}

function replaceMember(
  owner: unknown,
  [name, ...rest]: readonly string[],
  value: unknown,
): unknown {
  if (name === undefined) return value;
  const members = owner as Record<string, unknown>;
  return { ...members, [name]: replaceMember(members[name], rest, value) };
}
