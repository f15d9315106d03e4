// Passkeys on the login pages and on the page that offers one. Everything here adds to pages that work
// without it: forms that need a script are hidden until it shows them.

/** base64url to bytes. */
function toBytes(text) {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** Bytes to base64url. */
function toText(buffer) {
  const binary = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

const withBytes = (list) => (list ?? []).map((item) => ({ ...item, id: toBytes(item.id) }));

/** Asks the server for options with a challenge of their own. */
async function fetchOptions(form) {
  const fields = new URLSearchParams();
  for (const name of ['state', 'csrf_token']) fields.set(name, form.elements[name].value);
  const answer = await fetch(`${new URL(form.action).pathname}/options`, {
    method: 'POST',
    body: fields,
  });
  if (!answer.ok) throw new Error(`options: ${answer.status}`);
  const options = await answer.json();
  return {
    ...options,
    challenge: toBytes(options.challenge),
    allowCredentials: withBytes(options.allowCredentials),
    excludeCredentials: withBytes(options.excludeCredentials),
    ...(options.user ? { user: { ...options.user, id: toBytes(options.user.id) } } : {}),
  };
}

/** What the server reads; as `PublicKeyCredential.toJSON()`, which not every browser has. */
function toJson({ id, rawId, type, response, authenticatorAttachment }) {
  const members = { clientDataJSON: toText(response.clientDataJSON) };
  for (const name of ['attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (response[name]) members[name] = toText(response[name]);
  }
  if (response.getTransports) members.transports = response.getTransports();
  return {
    id,
    rawId: toText(rawId),
    type,
    response: members,
    clientExtensionResults: {},
    ...(authenticatorAttachment ? { authenticatorAttachment } : {}),
  };
}

/** Sends the form with the credential, once. */
function send(form, credential) {
  form.elements.credential.value = JSON.stringify(toJson(credential));
  form.submit();
}

function say(form, isProblem) {
  const place = form.querySelector('[data-passkey-problem]');
  place.textContent = isProblem ? place.dataset.passkeyProblem : '';
}

/** The form's button asks the device; what people cancel they can ask for again. */
function onSubmit(form, ask) {
  let isBusy = false;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (isBusy) return;
    isBusy = true;
    say(form, false);
    try {
      send(form, await ask(await fetchOptions(form)));
    } catch {
      say(form, true);
      isBusy = false;
    }
  });
}

async function prepareLogin(form) {
  const ui = form.dataset.passkeyLogin;
  let waiting = new AbortController();
  onSubmit(form, (publicKey) => {
    // Only one request can stand at a time: the one in the field makes way.
    waiting.abort();
    return navigator.credentials.get({ publicKey });
  });
  if (ui !== 'autofill') form.hidden = false;
  if (ui === 'button' || !(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  try {
    const publicKey = await fetchOptions(form);
    waiting = new AbortController();
    const { signal } = waiting;
    send(form, await navigator.credentials.get({ publicKey, mediation: 'conditional', signal }));
  } catch {
    // Made way for the button, or nobody chose a passkey: the form is still there.
  }
}

function prepareEnrollment(form) {
  onSubmit(form, (publicKey) => navigator.credentials.create({ publicKey }));
  form.hidden = false;
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll('form[data-passkey-login]')) prepareLogin(form);
  for (const form of document.querySelectorAll('form[data-passkey-enrollment]')) {
    prepareEnrollment(form);
  }
}
