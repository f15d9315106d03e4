const { entries } = Object;

/**
 * Node names a switch of its command line when its permission model refuses something. No author has
 * that switch; this is what holds here.
 */
const EXPLANATIONS: Readonly<Record<string, string>> = {
  'allow-fs-read':
    'Actions cannot read files of the machine, and files beside the code of a package are not part of the bundle. What an Action has is os.tmpdir(), its own temporary directory.',
  'allow-fs-write':
    'Actions cannot write files of the machine. What an Action has is os.tmpdir(), its own temporary directory; what must last belongs into api.cache or a database.',
  'allow-child-process':
    'Actions cannot start processes (child_process, cluster). Call a service over HTTPS, or use a package of JavaScript or WebAssembly.',
  'allow-worker':
    'Actions cannot start threads (worker_threads). Do the work in the handler itself, or call a service over HTTPS.',
  'allow-addons':
    'Actions cannot load native addons. Use a package of JavaScript or WebAssembly instead.',
  'allow-wasi': 'Actions cannot use WASI. WebAssembly itself is available.',
  'allow-inspector': 'Actions cannot open the inspector. Use console.log and the execution record.',
  'allow-net':
    'Actions reach the network through net, tls, http and https alone, not by datagrams.',
};

const BY_NODE = entries(EXPLANATIONS).map(
  ([flag, explanation]) =>
    [
      `Access to this API has been restricted. Use --${flag} to manage permissions.`,
      explanation,
    ] as const,
);
const ADDONS_BY_NODE = 'Cannot load native addon because loading addons is disabled.';

/**
 * The text with Node's hints replaced, for whatever an author reads: errors and the console. `resource`
 * is what was asked for, where that is known.
 */
export function explainRefusals(text: string, resource?: string): string {
  const asked = resource === undefined || resource === '' ? '' : ` It asked for ${resource}.`;
  let explained = text;
  if (text.includes('Access to this API has been restricted')) {
    for (const [said, explanation] of BY_NODE)
      explained = explained.replaceAll(said, () => `${explanation}${asked}`);
  }
  return explained.includes(ADDONS_BY_NODE)
    ? explained.replaceAll(ADDONS_BY_NODE, EXPLANATIONS['allow-addons'] ?? '')
    : explained;
}
