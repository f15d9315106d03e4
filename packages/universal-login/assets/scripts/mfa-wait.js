// Asks whether the device has answered, and then sends the form. Without it a person presses the button.
const form = document.querySelector('form[data-mfa-wait]');
const PAUSE_MS = 2000;

async function ask() {
  try {
    const answer = await fetch(form.dataset.mfaWait, { cache: 'no-store' });
    const { state } = await answer.json();
    if (state !== 'pending') return form.requestSubmit();
  } catch {
    // The network comes and goes on phones; the next question may get through.
  }
  return setTimeout(ask, PAUSE_MS);
}

if (form) setTimeout(ask, PAUSE_MS);
