// A file field that asks phones for their camera. It needs no secure context, as a live camera does.

import { mounting } from "../kit/mounting.js";
import { brushOf } from "../kit/screen.js";

const QUALITY = 0.92;

/** @typedef {{ pixels: number, megabytes: number }} Data most pixels of a photo, and of its file */

class Photo {
  /** @param {ShadowRoot} root */
  constructor(root) {
    this.field = /** @type {HTMLInputElement} */ (root.querySelector("input"));
    this.status = /** @type {HTMLElement} */ (root.querySelector("p"));
    /** @type {Data | null} what Python sent */
    this.data = null;
    /** @type {((photo: { name: string, url: string, before?: number[] }) => void) | null} */
    this.send = null;
    const button = /** @type {HTMLButtonElement} */ (root.querySelector("button"));
    button.onclick = () => this.field.click();
    this.field.onchange = () => this.take(this.field.files?.[0]);
  }

  /**
   * @param {Data} data
   * @param {import("../kit/mounting.js").Component} component
   */
  update(data, { setTriggerValue }) {
    this.data = data;
    this.send = (photo) => setTriggerValue("photo", photo);
  }

  /** @param {File | undefined} file */
  async take(file) {
    this.field.value = ""; // the same photo can be chosen again
    if (!file || !this.data) return;
    this.status.textContent = "Sending the photo …";
    const { picture, before } = await shrunk(file, this.data.pixels);
    if (picture.size > this.data.megabytes * 2 ** 20) {
      this.status.textContent = `This file is larger than ${this.data.megabytes} MB. Choose a smaller one.`;
      return;
    }
    this.send?.({ name: file.name, url: await dataUrl(picture), before });
    this.status.textContent = "";
  }
}

/**
 * The photo upright and with at most so many pixels, and the width and height that it had if it is
 * smaller now; the file itself where the browser cannot read it.
 * @param {File} file
 * @param {number} pixels
 * @returns {Promise<{ picture: Blob, before?: number[] }>}
 */
async function shrunk(file, pixels) {
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.sqrt(pixels / (bitmap.width * bitmap.height));
    if (scale >= 1) return { picture: file };
    const before = [bitmap.width, bitmap.height];
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = before.map((side) => Math.max(1, Math.floor(side * scale)));
    const context = brushOf(canvas);
    context.fillStyle = "white"; // below what is transparent
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    const picture = await new Promise((/** @type {BlobCallback} */ done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    return picture ? { picture, before } : { picture: file };
  } catch {
    return { picture: file }; // the server says what is wrong with it
  }
}

/**
 * @param {Blob} blob
 * @returns {Promise<string>}
 */
function dataUrl(blob) {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result));
    reader.onerror = () => failed(reader.error);
    reader.readAsDataURL(blob);
  });
}

export default mounting(Photo);
