// The page's address.

/**
 * Have the address remember a value, so that a link or a reload restores it; null to forget it.
 *
 * The server knows nothing of it: `history` puts it back when the server writes parameters.
 * @param {string} name
 * @param {string | number | null} value
 */
export function keepInAddress(name, value) {
  window.cnnvizKept ??= new Map();
  window.cnnvizKept.set(name, value);
  const url = new URL(window.location.href);
  if (value === null) url.searchParams.delete(name);
  else url.searchParams.set(name, String(value));
  if (url.href !== window.location.href) history.replaceState(history.state, "", url);
}
