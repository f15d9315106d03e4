import { readPasskeyOptions } from '@tessera/accounts';
import type { LoginSession } from '../login-session.ts';

/** How a login page asks for a passkey; `passkeys/challenge` shows it, a script does the rest. */
export interface PasskeyView {
  readonly ui: 'both' | 'autofill' | 'button';
}

/** Null where the connection has no passkeys. */
export function viewPasskey({ connection }: LoginSession): PasskeyView | null {
  const { isEnabled, challengeUi } = readPasskeyOptions(connection);
  return isEnabled ? { ui: challengeUi } : null;
}
