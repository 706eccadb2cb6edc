//! Ends a promise whose future can no longer end by itself.
//!
//! When WebAssembly traps, by a panic or for want of memory, the whole instance is replaced, and no future of the old
//! one runs on. The platform finds out by itself for requests, but waits for an alarm for a quarter of an hour, in
//! which the object's next alarm does not ring.
use js_sys::{Array, Function, Promise};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::future_to_promise;
use web_sys::EventTarget;

/// What the platform calls an uncaught exception.
const EVENT: &str = "error";

/// Runs a future; the promise is kept when the future ends, or when something in this isolate crashes before.
///
/// # Errors
/// When the platform has no such event.
pub(crate) fn run(future: impl Future<Output = ()> + 'static) -> Result<Promise, JsValue> {
    let scope = js_sys::global().unchecked_into::<EventTarget>();
    let mut listener = None::<Function>;
    // Keeping this promise takes no code of ours, which would be that of the dead instance.
    let crash = Promise::new(&mut |keep, _| listener = Some(keep));
    let Some(listener) = listener else {
        return Err(JsValue::from_str("a promise cannot be kept"));
    };
    scope.add_event_listener_with_callback(EVENT, &listener)?;
    let end = future_to_promise(async move {
        future.await;
        scope.remove_event_listener_with_callback(EVENT, &listener)?;
        Ok(JsValue::UNDEFINED)
    });
    Ok(Promise::race(&Array::of2(&end, &crash)))
}
