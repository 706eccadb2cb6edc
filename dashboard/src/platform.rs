//! What the browser gives: storage, the clipboard, dates in the reader's language, the page's own origin.
use leptos::prelude::{document, window};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};

/// Returns what was stored under `key`, if the browser lets us read it.
pub fn stored(key: &str) -> Option<String> {
    window().local_storage().ok()??.get_item(key).ok()?
}

/// Stores `value` under `key`, or removes it. A browser that refuses storage forgets on reload, which is all it costs.
pub fn store(key: &str, value: Option<&str>) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _refused = match value {
            Some(value) => storage.set_item(key, value),
            None => storage.remove_item(key),
        };
    }
}

/// Puts `text` on the clipboard.
///
/// # Errors
/// When the browser refuses, for example outside a secure context.
pub async fn copy(text: &str) -> Result<(), JsValue> {
    let clipboard = js_sys::Reflect::get(&window().navigator(), &"clipboard".into())?;
    if clipboard.is_undefined() {
        return Err(JsValue::from_str("no clipboard"));
    }
    let promise = window().navigator().clipboard().write_text(text);
    wasm_bindgen_futures::JsFuture::from(promise).await.map(|_| ())
}

/// Returns the time now, in milliseconds since 1970.
pub fn now() -> f64 {
    js_sys::Date::now()
}

/// Returns the moment that an RFC 3339 text names, in milliseconds since 1970, or none when it names none.
pub fn moment(text: &str) -> Option<f64> {
    let milliseconds = js_sys::Date::parse(text);
    milliseconds.is_finite().then_some(milliseconds)
}

/// Returns a date in the reader's language, such as "22 Nov 2026"; the text itself when it is no date.
pub fn date(text: &str) -> String {
    formatted(text, &[("dateStyle", "medium")])
}

/// Returns a date with its time of day in the reader's language; the text itself when it is no date.
pub fn date_and_time(text: &str) -> String {
    formatted(text, &[("dateStyle", "long"), ("timeStyle", "short")])
}

fn formatted(text: &str, options: &[(&str, &str)]) -> String {
    let Some(milliseconds) = moment(text) else {
        return text.to_owned();
    };
    let settings = js_sys::Object::new();
    for (name, value) in options {
        // Setting a member of a fresh plain object cannot fail.
        let _set = js_sys::Reflect::set(&settings, &JsValue::from_str(name), &JsValue::from_str(value));
    }
    let date = js_sys::Date::new(&JsValue::from_f64(milliseconds));
    call(&date, "toLocaleString", &[JsValue::UNDEFINED, settings.into()]).unwrap_or_else(|| text.to_owned())
}

/// Returns a count with the separators of the reader's language.
pub fn number(count: u64) -> String {
    // Counts here are far below 2^53, where the conversion is exact.
    #[expect(clippy::cast_precision_loss, reason = "see above")]
    let value = JsValue::from_f64(count as f64);
    call(&value, "toLocaleString", &[]).unwrap_or_else(|| count.to_string())
}

fn call(receiver: &JsValue, method: &str, arguments: &[JsValue]) -> Option<String> {
    let function = js_sys::Reflect::get(receiver, &JsValue::from_str(method)).ok()?;
    let function = function.dyn_ref::<js_sys::Function>()?;
    function
        .apply(receiver, &arguments.iter().collect::<js_sys::Array>())
        .ok()?
        .as_string()
}

/// Returns the IANA names that the browser knows, or none at all when it cannot say.
pub fn timezones() -> Vec<String> {
    let list = || {
        let intl = js_sys::Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
        let supported = js_sys::Reflect::get(&intl, &"supportedValuesOf".into()).ok()?;
        supported
            .dyn_ref::<js_sys::Function>()?
            .call1(&intl, &"timeZone".into())
            .ok()
    };
    let zones: js_sys::Array = list().and_then(|zones| zones.dyn_into().ok()).unwrap_or_default();
    zones.iter().filter_map(|zone| zone.as_string()).collect()
}

/// Returns the IANA name of the timezone that the browser runs in.
pub fn own_timezone() -> Option<String> {
    let options = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new()).resolved_options();
    js_sys::Reflect::get(&options, &"timeZone".into()).ok()?.as_string()
}

/// Returns scheme, host and port of this page.
pub fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

/// Returns the host name of this page, without its port.
pub fn hostname() -> String {
    window().location().hostname().unwrap_or_default()
}

/// Returns path and query of this page.
pub fn address() -> String {
    let location = window().location();
    location.pathname().unwrap_or_default() + &location.search().unwrap_or_default()
}

/// Puts an address on top of the tab's history without going there.
pub fn push_address(address: &str) {
    if let Ok(history) = window().history() {
        // Refused only for the address of another site.
        let _refused = history.push_state_with_url(&JsValue::NULL, "", Some(address));
    }
}

/// Hears an event of the window before anything else does, for the rest of the visit.
pub fn capture(event: &str, heard: impl Fn(&web_sys::Event) + 'static) {
    let heard = Closure::<dyn Fn(web_sys::Event)>::new(move |event: web_sys::Event| heard(&event)).into_js_value();
    // Fails only for what is no function.
    let _refused = window().add_event_listener_with_callback_and_bool(event, heard.unchecked_ref(), true);
}

/// Says whether the tab can be seen; what polls pauses while it cannot.
pub fn visible() -> bool {
    document().visibility_state() == web_sys::VisibilityState::Visible
}

/// Returns a random number, from 0 to 1.
pub fn random() -> f64 {
    js_sys::Math::random()
}

/// Sets or removes an attribute of the root element, which is where the theme is kept.
pub fn mark_root(attribute: &str, value: Option<&str>) {
    if let Some(root) = document().document_element() {
        let _refused = match value {
            Some(value) => root.set_attribute(attribute, value),
            None => root.remove_attribute(attribute),
        };
    }
}
