// What the stepper has to do with the world outside the figure: theme, voice, address, clipboard.

/** Say the step to a screen reader. */
function speak(stepper) {
  if (stepper.running()) return; // nobody can listen to an animation
  const where = `Step ${stepper.step + 1} of ${stepper.model.steps}`;
  stepper.live.textContent = `${where}. ${stepper.sum.headline.textContent}. ${stepper.text}`;
}

/** Keep the cell in the address, so that a link or a reload opens on it. */
function saveCell({ model, step, playing, pin }) {
  if (!model.urlParameter) return;
  const url = new URL(window.location.href);
  if (playing && !pin) url.searchParams.delete(model.urlParameter);
  else url.searchParams.set(model.urlParameter, model.outputAt(step).join(","));
  if (url.href !== window.location.href) history.replaceState(history.state, "", url);
}

async function copyCode(stepper) {
  const button = stepper.root.querySelector(".copy-text");
  let told = "Copied";
  try {
    await navigator.clipboard.writeText(stepper.model.pytorch);
  } catch {
    // No clipboard without HTTPS or permission: open the code with everything selected.
    stepper.code.open = true;
    const code = stepper.code.querySelector("code");
    getSelection().selectAllChildren(code);
    code.scrollIntoView({ block: "nearest" });
    told = "Selected below: press Ctrl+C";
  }
  button.textContent = told;
  clearTimeout(stepper.copied);
  stepper.copied = setTimeout(() => { button.textContent = "Copy the PyTorch line"; }, 2500);
}
