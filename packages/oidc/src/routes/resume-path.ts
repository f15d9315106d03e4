import type { Interaction } from 'oidc-provider';

/**
 * Where an authorization continues. Only the path: a browser that reached this machine under another
 * of its names (`127.0.0.1` for `localhost`) stays where its cookies are.
 */
export function resumePath(interaction: Interaction): string {
  return new URL(interaction.returnTo).pathname;
}
