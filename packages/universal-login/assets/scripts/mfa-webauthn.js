// Lets the browser ask the key, and sends what it says with the form.
const form = document.querySelector('form[data-mfa-webauthn]');
const problem = form.querySelector('[data-mfa-problem]');

const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

function toOptions(json) {
  const withBytes = (list = []) => list.map((key) => ({ ...key, id: toBytes(key.id) }));
  const options = { ...json, challenge: toBytes(json.challenge) };
  if (json.user) options.user = { ...json.user, id: toBytes(json.user.id) };
  if (json.allowCredentials) options.allowCredentials = withBytes(json.allowCredentials);
  if (json.excludeCredentials) options.excludeCredentials = withBytes(json.excludeCredentials);
  return options;
}

function toJson({ id, rawId, type, response, authenticatorAttachment }) {
  const members = { clientDataJSON: toText(response.clientDataJSON) };
  for (const name of ['attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (response[name]) members[name] = toText(response[name]);
  }
  if (response.getTransports) members.transports = response.getTransports();
  const attachment = authenticatorAttachment ? { authenticatorAttachment } : {};
  return {
    id,
    rawId: toText(rawId),
    type,
    ...attachment,
    response: members,
    clientExtensionResults: {},
  };
}

form.addEventListener('submit', async (event) => {
  if (form.elements.response.value !== '') return;
  event.preventDefault();
  problem.hidden = true;
  try {
    const publicKey = toOptions(JSON.parse(form.dataset.options));
    const credential = await navigator.credentials[form.dataset.mfaWebauthn]({ publicKey });
    form.elements.response.value = JSON.stringify(toJson(credential));
    form.requestSubmit();
  } catch {
    problem.hidden = false;
  }
});
