/** Copies the field that the button names, and says so; without the permission it is selected for the person to copy. */
for (const button of document.querySelectorAll('[data-copy]')) {
  button.addEventListener('click', () => void copy(button));
}

async function copy(button) {
  const field = document.getElementById(button.dataset.copy);
  const said = document.querySelector('[data-copied]');
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    said.textContent = 'Copied.';
  } catch {
    said.textContent = 'Selected: copy it with your keyboard or menu.';
  }
}
