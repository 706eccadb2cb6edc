//! Between Rust values and JavaScript's, and between both and JSON.

use js_sys::{Array, JSON, Reflect};
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue};

/// A JavaScript value that is to be read.
///
/// Member by member, and not by a deserializer: one that can say what is wrong takes more of the download than all of
/// the reading here. A value either fits or is nothing.
pub(crate) struct Value(JsValue);

/// What can be read from a value; nothing when the value has another shape.
pub(crate) trait Read: Sized {
    fn read(value: &Value) -> Option<Self>;
}

impl Value {
    pub(crate) fn new(value: JsValue) -> Self {
        Self(value)
    }

    /// Parses JSON with the browser's own parser.
    pub(crate) fn parse(json: &str) -> Option<Self> {
        JSON::parse(json).ok().map(Self)
    }

    /// A member; `undefined` when there is no such member.
    pub(crate) fn member(&self, name: &str) -> Option<Self> {
        Reflect::get(&self.0, &JsValue::from_str(name)).ok().map(Self)
    }

    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.member(name)?.0.as_string()
    }

    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        self.member(name)?.0.as_f64()
    }

    /// Whether a member is there and true.
    pub(crate) fn claim(&self, name: &str) -> bool {
        self.member(name).is_some_and(|Self(value)| value.is_truthy())
    }

    pub(crate) fn of<T: Read>(&self, name: &str) -> Option<T> {
        T::read(&self.member(name)?)
    }

    /// A list; empty when there is none. One element of another shape spoils all.
    pub(crate) fn list<T: Read>(&self, name: &str) -> Option<Vec<T>> {
        let Self(value) = self.member(name)?;
        let Some(array) = value.dyn_ref::<Array>() else {
            return Some(Vec::new());
        };
        (0..array.length()).map(|at| T::read(&Self(array.get(at)))).collect()
    }
}

impl Read for String {
    fn read(value: &Value) -> Option<Self> {
        value.0.as_string()
    }
}

/// Makes plain objects, as JSON has them.
pub(crate) fn to_js<T: Serialize + ?Sized>(value: &T) -> Option<JsValue> {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).ok()
}

/// Writes JSON with the browser's own writer.
pub(crate) fn to_json<T: Serialize + ?Sized>(value: &T) -> Option<String> {
    JSON::stringify(&to_js(value)?).ok()?.as_string()
}
