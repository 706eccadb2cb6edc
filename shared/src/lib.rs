//! What our own two clients and the Worker say to each other: the wire types of the Insydr dialect.
//!
//! Nothing but data, the limits of it, and serde. The Worker's `insydr` dialect, the widget and the dashboard compile
//! against the same structs, so that a renamed member is a build error and not a blank field. Members that the API's
//! document (`public/docs/api-insydr.md`) marks as extensions say so here, too.

pub mod agent;
pub mod analytics;
pub mod auth;
pub mod conversation;
pub mod error;
pub mod escalation;
pub mod key;
pub mod knowledge;
pub mod limits;
pub mod member;
pub mod operator;
pub mod provenance;
pub mod trace;

use std::fmt;
use std::marker::PhantomData;
pub mod usage;
pub mod webhook;
pub mod widget;
pub mod workspace;

/// Distinguishes a member that is absent (keep) from one that is null (clear) in a PATCH body.
///
/// Use as `#[serde(default, deserialize_with = "shared::given")] logo_url: Option<Option<String>>`.
///
/// # Errors
/// Whatever `T` says of a value that will not do.
pub fn given<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: serde::Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    serde::Deserialize::deserialize(deserializer).map(Some)
}

/// Reads an optional object. serde alone would take the members of a struct from an array as well, in their order.
///
/// Use as `#[serde(default, deserialize_with = "shared::object")] metadata: Option<Metadata>`.
///
/// # Errors
/// When the value is neither an object nor null, and whatever `T` says of an object that will not do.
pub fn object<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: serde::Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    deserializer.deserialize_option(Object(PhantomData))
}

struct Object<T>(PhantomData<T>);

impl<'de, T: serde::Deserialize<'de>> serde::de::Visitor<'de> for Object<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(serde::de::value::MapAccessDeserializer::new(map)).map(Some)
    }
}
