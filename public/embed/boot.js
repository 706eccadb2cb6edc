// Starts the chat. A file of its own, because the document's Content-Security-Policy allows no inline script.
import init from './app.js';

init({ module_or_path: new URL('app_bg.wasm', import.meta.url) }).catch((error) => {
  console.error(error);
  const host = new URLSearchParams(location.search).get('host');
  if (host && parent !== window) parent.postMessage({ edgewise: 1, type: 'failed', detail: String(error) }, host);
});
