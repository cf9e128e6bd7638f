// A file field that asks phones for their camera. It needs no secure context, as a live camera does.

import { mounting } from "../kit/mounting.js";

const QUALITY = 0.92;

class Photo {
  constructor(root) {
    this.field = root.querySelector("input");
    this.status = root.querySelector("p");
    root.querySelector("button").onclick = () => this.field.click();
    this.field.onchange = () => this.take(this.field.files[0]);
  }

  update(data, { setTriggerValue }) {
    this.data = data;
    this.send = (photo) => setTriggerValue("photo", photo);
  }

  async take(file) {
    this.field.value = ""; // the same photo can be chosen again
    if (!file) return;
    this.status.textContent = "Sending the photo …";
    const picture = await shrunk(file, this.data.pixels);
    if (picture.size > this.data.megabytes * 2 ** 20) {
      this.status.textContent = `This file is larger than ${this.data.megabytes} MB. Choose a smaller one.`;
      return;
    }
    this.send({ name: file.name, url: await dataUrl(picture) });
    this.status.textContent = "";
  }
}

/** The photo upright and with at most so many pixels; the file itself where the browser cannot read it. */
async function shrunk(file, pixels) {
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.sqrt(pixels / (bitmap.width * bitmap.height));
    if (scale >= 1) return file;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.floor(side * scale)));
    const context = canvas.getContext("2d");
    context.fillStyle = "white"; // below what is transparent
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    return (await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY))) ?? file;
  } catch {
    return file; // the server says what is wrong with it
  }
}

function dataUrl(blob) {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.onerror = () => failed(reader.error);
    reader.readAsDataURL(blob);
  });
}

export default mounting(Photo);
