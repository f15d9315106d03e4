/** `+44207183875044` → `XXXXXXXXXXX5044`: the last four digits, as the hosted service shows them. */
export function maskPhoneNumber(phoneNumber: string): string {
  return `${'X'.repeat(Math.max(0, phoneNumber.length - 4))}${phoneNumber.slice(-4)}`;
}

/** `chuck@example.com` → `chuc****@exam*******`: at most four characters of each side. */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf('@');
  const [local, domain] = [email.slice(0, at), email.slice(at + 1)];
  // A name of four characters or fewer would be told whole.
  const shown = local.length > 4 ? local.slice(0, 4) : '';
  return `${shown}****@${domain.slice(0, 4)}*******`;
}
