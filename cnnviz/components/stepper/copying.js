// The code to the clipboard, or selected where there is none.

/** @param {import("../kit/figure/figure.js").Figure} stepper */
export async function copyCode(stepper) {
  const button = stepper.find(".copy-text");
  const code = /** @type {HTMLDetailsElement} */ (stepper.find(".code"));
  const text = stepper.find(".code code");
  let told = "Copied";
  try {
    await navigator.clipboard.writeText(text.textContent ?? "");
  } catch {
    // No clipboard without HTTPS or permission: open the code with everything selected.
    code.open = true;
    getSelection()?.selectAllChildren(text);
    text.scrollIntoView({ block: "nearest" });
    told = "Selected below: press Ctrl+C";
  }
  button.textContent = told;
  stepper.after(2500, "copied", () => { button.textContent = "Copy the PyTorch line"; });
}
