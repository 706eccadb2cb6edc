// Loads the application. Trunk writes the hashed names into this script's own element, so that nothing here changes.
const { js, wasm } = document.querySelector("script[data-wasm]").dataset;
const { default: load, start } = await import(js);
await load({ module_or_path: wasm });
start();
