// Tells how hard a new password is to guess, while it is typed. A hint: what counts is the policy, which
// the server checks. The estimator is large and comes only when somebody begins to type.

/** Long enough that people who type are not interrupted, short enough to be seen at once. */
const PAUSE_MS = 250;

function loadScript(src) {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = src;
    script.addEventListener('load', resolve);
    script.addEventListener('error', reject);
    document.head.append(script);
  });
}

async function loadEstimator(paths) {
  for (const path of paths.split(' ')) await loadScript(path);
  const { core, 'language-common': common } = window.zxcvbnts;
  return new core.ZxcvbnFactory({
    dictionary: common.dictionary,
    graphs: common.adjacencyGraphs,
  });
}

function prepare(box) {
  const input = document.getElementById(box.dataset.strengthOf);
  const meter = box.querySelector('meter');
  const status = box.querySelector('[role="status"]');
  let estimator;
  let timer;

  /** What the person has typed elsewhere makes a bad password. */
  function readOthers() {
    const others = [...input.form.elements].filter(
      (element) => element !== input && element.type !== 'hidden' && element.value,
    );
    return others.flatMap(({ value }) => [
      value,
      value.split('@')[0],
      ...value.split(/[^\p{L}\p{N}]+/u),
    ]);
  }

  async function judge() {
    const password = input.value;
    estimator ??= loadEstimator(box.dataset.estimator);
    const { score } = (await estimator).check(password, readOthers());
    if (input.value !== password) return;
    box.hidden = password === '';
    meter.value = score;
    const word = password === '' ? '' : box.getAttribute(`data-word-${score}`);
    // Read aloud when it changes, not with every letter.
    if (status.textContent !== word) status.textContent = word;
  }

  input.addEventListener('input', () => {
    clearTimeout(timer);
    // Without the estimator there is no hint, and nothing else is missing.
    timer = setTimeout(() => judge().catch(() => undefined), PAUSE_MS);
  });
}

for (const box of document.querySelectorAll('[data-strength-of]')) prepare(box);
